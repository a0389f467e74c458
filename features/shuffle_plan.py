"""What a shuffle will read, found once and written down, so that its tasks can run anywhere and again."""

import heapq
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from features.classes import in_order
from features.formats import Source, sources, words
from ground.errors import BadData, MissingResult, RunChanged
from ground.files import read_json, write_json

REPORT = "shuffle.json"  # in the shards' folder: the shuffle is finished
SPILL = "spill"  # in the shards' folder: what the tasks leave for one another
PLAN = "plan.json"  # in the spill


@dataclass(frozen=True)
class Plan:
    """The training files in parts of about equal size, the test files and the classes."""

    parts: tuple[tuple[Source, ...], ...]
    test: tuple[Source, ...]
    classes: tuple[str, ...]  # alphabetical
    seed: int
    bad_share: float
    fingerprint: str  # of the files and the seed, on which alone the result depends


def plan(data: Path, shards: Path, parts: int = 8, seed: int = 0, bad_share: float = 0.01) -> Plan:
    """Find the files below `data`, their classes and their parts, and write them to the spill in `shards`.

    A plan of the same files and seed that is already under way, or finished, is taken up as it is.
    Raises `BadData` when a file is not what its name says, `RunChanged` when `shards` is of other files or seed.
    """
    found = sources(data)
    fingerprint = _fingerprint(found, data, seed)
    earlier = _earlier(shards)
    if earlier is not None:
        if earlier["fingerprint"] != fingerprint:
            raise RunChanged(
                f"Expected in {shards} a shuffle of {data} as it is now, with seed {seed}; received one of other files "
                f"or another seed. Choose another folder, or delete {shards}."
            )
        return _taken_up(_from_json(earlier), shards, bad_share)
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
    return _from_json(earlier)


def _taken_up(earlier: Plan, shards: Path, bad_share: float) -> Plan:
    """The earlier plan; one that was stopped by bad rows goes on with the new share."""
    if (shards / REPORT).exists() or earlier.bad_share == bad_share:
        return earlier
    made = replace(earlier, bad_share=bad_share)
    write_json(shards / SPILL / PLAN, asdict(made))
    return made


def _earlier(shards: Path) -> dict[str, Any] | None:
    if (shards / REPORT).exists():
        return dict(read_json(shards / REPORT)["plan"])
    path = shards / SPILL / PLAN
    return dict(read_json(path)) if path.exists() else None


def _from_json(content: dict[str, Any]) -> Plan:
    parts = tuple(tuple(Source(**source) for source in part) for part in content["parts"])
    test = tuple(Source(**source) for source in content["test"])
    return Plan(**{**content, "parts": parts, "test": test, "classes": tuple(content["classes"])})


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
