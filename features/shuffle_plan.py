"""What a shuffle will read, found once and written down, so that its tasks can run anywhere and again."""

import heapq
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import Field

from features.classes import in_order
from features.formats import Source, sources, words
from ground.errors import BadData, BadSettings, MissingResult, RunChanged
from ground.files import read_json_as, write_json

REPORT = "shuffle.json"  # in the shards' folder: the shuffle is finished
SPILL = "spill"  # in the shards' folder: what the tasks leave for one another
PLAN = "plan.json"  # in the spill


@dataclass(frozen=True)
class Plan:
    """The training files in parts of about equal size, the test files and the classes."""

    parts: tuple[tuple[Source, ...], ...]
    test: tuple[Source, ...]
    classes: tuple[str, ...]  # alphabetical
    seed: Annotated[int, Field(ge=0)]
    bad_share: Annotated[float, Field(ge=0, le=1)]
    fingerprint: str  # of the files and the seed, on which alone the result depends


@dataclass(frozen=True)
class Report:
    """`shuffle.json`: what a finished shuffle counted."""

    drawings: int
    with_time: int
    rows: int
    duplicates: int
    bad_rows: int
    classes: dict[str, int]  # drawings of each
    shards: list[int]  # drawings in each
    plan: Plan
    test: dict[str, int]  # as `write_test` counts
    sha256: dict[str, str] = field(default_factory=dict)  # of each Arrow file; earlier versions wrote none

    def __post_init__(self) -> None:
        counted = {self.drawings, sum(self.classes.values()), sum(self.shards)}
        if len(counted) > 1:
            raise ValueError(f"the drawings in all, by class and by shard differ: {sorted(counted)}")


def plan(data: Path, shards: Path, parts: int = 8, seed: int = 0, bad_share: float = 0.01) -> Plan:
    """Find the files below `data`, their classes and their parts, and write them to the spill in `shards`.

    A plan of the same files and seed that is already under way, or finished, is taken up as it is.
    Raises `BadData` when a file is not what its name says, `RunChanged` when `shards` is of other files or seed,
    `BadSettings` for a negative seed, which seeds nothing.
    """
    if seed < 0:
        raise BadSettings(f"Expected a seed from 0, received {seed}. Choose another.")
    found = sources(data)
    fingerprint = _fingerprint(found, data, seed)
    earlier = _earlier(shards)
    if earlier is not None:
        if earlier.fingerprint != fingerprint:
            raise RunChanged(
                f"Expected in {shards} a shuffle of {data} as it is now, with seed {seed}; received one of other files "
                f"or another seed. Choose another folder, or delete {shards}."
            )
        return _taken_up(earlier, shards, bad_share)
    train = [source for source in found if source.split == "train"]
    if not train:
        raise BadData(f"Expected training drawings in {data}, received test files only: {found[0].name}.")
    classes = in_order(word for source in train for word in words(source))
    test = tuple(source for source in found if source.split == "test")
    made = Plan(_balanced(train, parts), test, classes, seed, bad_share, fingerprint)
    write_json(shards / SPILL / PLAN, asdict(made))
    return made


def read_plan(shards: Path) -> Plan:
    """The plan under way or finished in `shards`; raises `MissingResult` when there is none."""
    earlier = _earlier(shards)
    if earlier is None:
        raise MissingResult(f"Expected a planned shuffle in {shards}, received none. Run `doodlestack shuffle` first.")
    return earlier


def _taken_up(earlier: Plan, shards: Path, bad_share: float) -> Plan:
    """The earlier plan; one that was stopped by bad rows goes on with the new share."""
    if (shards / REPORT).exists() or earlier.bad_share == bad_share:
        return earlier
    made = replace(earlier, bad_share=bad_share)
    write_json(shards / SPILL / PLAN, asdict(made))
    return made


def _earlier(shards: Path) -> Plan | None:
    if (shards / REPORT).exists():
        return read_json_as(shards / REPORT, Report).plan
    path = shards / SPILL / PLAN
    return read_json_as(path, Plan) if path.exists() else None


def _fingerprint(found: Sequence[Source], data: Path, seed: int) -> str:
    """Of the files' names below `data` and their contents: data that was moved is still the same."""
    lines = [str(seed)]
    lines += [f"{source.name.removeprefix(str(data))} {source.fingerprint()}" for source in found]
    return sha256("\n".join(lines).encode()).hexdigest()


def _balanced(train: Sequence[Source], parts: int) -> tuple[tuple[Source, ...], ...]:
    """The largest files first, each to the part that has least."""
    loads = [(0, part) for part in range(max(1, min(parts, len(train))))]
    made: list[list[Source]] = [[] for _ in loads]
    for source in sorted(train, key=lambda source: (-source.size, source.name)):
        load, part = loads[0]
        made[part].append(source)
        heapq.heapreplace(loads, (load + source.size, part))
    return tuple(tuple(part) for part in made)
