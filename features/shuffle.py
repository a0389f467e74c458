"""The shuffle: files of drawings into 100 cv shards in random order, in bounded memory, by restartable tasks.

    plan ─► write_part(0), write_part(1), … ─► write_shard(0) … write_shard(99) ─► finish
        └─► write_test ──────────────────────────────────────────────────────────┘

A part reads its files and spills their drawings, sorted by cv, into one Arrow file; a shard joins its pieces of all
parts. The tasks of one kind are independent of one another. Each takes only the shards' folder and a number, does
nothing when its result is there and whole, and leaves it whole or not at all. The result depends on the drawings and
the seed alone, not on the number of parts or the order of the files. The spill takes about as much disk as the shards.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from features.arrow_files import SCHEMA, ArrowDrawings, open_batches, record_batch
from features.bad_rows import BadRows, allowed, merge
from features.checksums import checksums
from features.classes import write_classes
from features.drawings import CV_SHARDS, Drawings, cv_of
from features.formats import Source, read
from features.joining import join, take_joined
from features.shards import CLASSES, TEST, shard_path, write_drawings
from features.shuffle_plan import REPORT, SPILL, Plan, Report, plan, read_plan
from ground.errors import BadData, MissingResult
from ground.files import read_json_as, whole_file, write_json

ROUND = 100_000  # drawings that a part sorts at once: about 50 MB, and pieces of 1,000 drawings a shard
BAD_ROWS = "bad_rows.csv"


@dataclass(frozen=True)
class PartCounts:
    """`spill/part_*.json`: this part is read."""

    rows: int
    bad_rows: int


@dataclass(frozen=True)
class ShardCounts:
    """`spill/cv_*.json`: this shard is written."""

    drawings: int
    with_time: int
    classes: list[int]  # drawings of each
    duplicates: int
    bad_rows: int


def shuffle(
    data: Path,
    shards: Path,
    parts: int = 8,
    seed: int = 0,
    bad_share: float = 0.01,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """All tasks one after another in this process; calls `progress(done, of)` after each. Gives `finish`'s report."""
    planned = plan(data, shards, parts, seed, bad_share)
    tasks = [
        *((write_part, part) for part in range(len(planned.parts))),
        *((write_shard, cv) for cv in range(CV_SHARDS)),
    ]
    for done, (task, number) in enumerate(tasks, start=1):
        task(str(shards), number)
        if progress is not None:
            progress(done, len(tasks) + 1)
    write_test(str(shards))
    if progress is not None:
        progress(len(tasks) + 1, len(tasks) + 1)
    return finish(str(shards))


def write_part(shards: str, part: int) -> None:
    """Read the files of one part; leaves `spill/part_*.arrow`, rounds of a record batch a cv.

    Raises `BadData` when a file cannot be read or too many rows are bad; `spill/bad_rows/` then holds them.
    """
    folder = Path(shards)
    spill, name = folder / SPILL, f"part_{part:04}"
    if _is_done(folder, name):
        return
    planned = read_plan(folder)
    bad_rows = BadRows(spill / "bad_rows" / f"{name}.csv", planned.bad_share)
    with (
        whole_file(spill / f"{name}.arrow") as path,
        pa.OSFile(str(path), "wb") as file,
        pa.ipc.new_file(file, SCHEMA) as out,
    ):
        for batches in _rounds(planned.parts[part], bad_rows, planned.classes):
            _write_round(out, batches)
    write_json(spill / f"{name}.json", asdict(PartCounts(bad_rows.rows, bad_rows.bad)))


def write_shard(shards: str, cv: int) -> None:
    """Join the pieces of one cv into `cv_*.arrow`, in the random order that (seed, cv) gives.

    Raises `MissingResult` when a part is not there yet.
    """
    folder = Path(shards)
    spill, name = folder / SPILL, f"cv_{cv:02}"
    if _is_done(folder, name):
        return
    planned = read_plan(folder)
    parts = [spill / f"part_{part:04}.arrow" for part in range(len(planned.parts))]
    _require([path.with_suffix(".json") for path in parts])
    pieces = [(batch, str(path)) for path in parts for batch in open_batches(path, cv, CV_SHARDS)]
    drawings = ArrowDrawings([batch for batch, _ in pieces], [path for _, path in pieces])
    joined = join(drawings)
    bad_rows = BadRows(spill / "bad_rows" / f"{name}.csv", share=1)  # `finish` judges the sum
    bad_rows.add(name, [(None, "this key_id names different drawings", str(key)) for key in joined.contradictions])
    order = np.random.default_rng([planned.seed, cv]).permutation(len(joined.rows))
    taken = take_joined(drawings, joined.rows[order], joined.other[order])
    write_drawings(shard_path(folder, cv), taken)
    counts = np.bincount(taken.label, minlength=len(planned.classes))
    written = ShardCounts(len(taken), int(taken.has_time.sum()), counts.tolist(), joined.duplicates, bad_rows.bad)
    write_json(spill / f"{name}.json", asdict(written))


def write_test(shards: str) -> None:
    """Write `test.arrow`: the test drawings in the order of the simplified file, with time where the raw one has it.

    A test row whose drawing cannot be read becomes an empty drawing, since Kaggle wants an answer to it as well.
    """
    folder = Path(shards)
    if _is_done(folder, "test"):
        return
    planned = read_plan(folder)
    bad_rows = BadRows(folder / SPILL / "bad_rows" / "test.csv", planned.bad_share)
    raw, simplified = (
        Drawings.concat(
            drawings
            for source in planned.test
            if (source.form == "raw") == wanted
            for drawings in read(source, bad_rows, keep_unreadable=True)
        )
        for wanted in (True, False)
    )
    base = _each_once(simplified if len(simplified) else raw)
    drawings, left_out = _with_time(base, _each_once(raw))
    write_drawings(folder / TEST, drawings)
    write_json(
        folder / SPILL / "test.json",
        {
            "drawings": len(drawings),
            "with_time": int(drawings.has_time.sum()),
            "duplicates": len(simplified if len(simplified) else raw) - len(base),
            "raw_only": left_out,
            "bad_rows": bad_rows.bad,
        },
    )


def finish(shards: str) -> dict[str, Any]:
    """Write `classes.json`, `bad_rows.csv` and, last of all, `shuffle.json`, whose content it gives; remove the spill.

    Raises `MissingResult` when a task is still to be done, `BadData` when too many rows were bad.
    """
    folder = Path(shards)
    spill = folder / SPILL
    if not (folder / REPORT).exists():
        planned = read_plan(folder)
        names = [f"part_{part:04}" for part in range(len(planned.parts))]
        cvs = [f"cv_{cv:02}" for cv in range(CV_SHARDS)]
        _require([spill / f"{name}.json" for name in (*names, *cvs, "test")])
        parts = [read_json_as(spill / f"{name}.json", PartCounts) for name in names]
        shards_written = [read_json_as(spill / f"{name}.json", ShardCounts) for name in cvs]
        report = _report(planned, parts, shards_written, read_json_as(spill / "test.json", dict[str, int]))
        merge(sorted((spill / "bad_rows").glob("*.csv")), folder / BAD_ROWS)
        if not allowed(report.bad_rows, report.rows, planned.bad_share):
            raise BadData(
                f"Expected at most {planned.bad_share:.1%} bad rows, received {report.bad_rows:,} of "
                f"{report.rows:,}; they are in {folder / BAD_ROWS}. Mend them, or allow more bad rows."
            )
        write_classes(folder / CLASSES, planned.classes)
        arrow = [*(f"{cv}.arrow" for cv in cvs), TEST]
        write_json(folder / REPORT, asdict(replace(report, sha256=checksums(folder, arrow))))
    shutil.rmtree(spill, ignore_errors=True)
    return asdict(read_json_as(folder / REPORT, Report))


def _report(planned: Plan, parts: Sequence[PartCounts], shards: Sequence[ShardCounts], test: dict[str, int]) -> Report:
    classes = np.sum([shard.classes for shard in shards], axis=0)
    return Report(
        drawings=sum(shard.drawings for shard in shards),
        with_time=sum(shard.with_time for shard in shards),
        rows=sum(part.rows for part in parts),
        duplicates=sum(shard.duplicates for shard in shards),
        bad_rows=sum(part.bad_rows for part in parts) + sum(shard.bad_rows for shard in shards),
        classes=dict(zip(planned.classes, classes.tolist(), strict=True)),
        shards=[shard.drawings for shard in shards],
        plan=planned,
        test=test,
    )


def _is_done(shards: Path, task: str) -> bool:
    return (shards / REPORT).exists() or (shards / SPILL / f"{task}.json").exists()


def _require(paths: Sequence[Path]) -> None:
    missing = [path.stem for path in paths if not path.exists()]
    if missing:
        raise MissingResult(
            f"Expected {len(paths)} finished tasks of the shuffle in {paths[0].parent}, received "
            f"{len(paths) - len(missing)}: {missing[0]} is missing. Run `doodlestack shuffle` again; it goes on there."
        )


def _rounds(part: Sequence[Source], bad_rows: BadRows, classes: Sequence[str]) -> Iterator[list[pa.RecordBatch]]:
    """The drawings of a part, about `ROUND` at a time."""
    batches: list[pa.RecordBatch] = []
    for source in part:
        for drawings in read(source, bad_rows, classes):
            batches.append(record_batch(drawings))
            if sum(batch.num_rows for batch in batches) >= ROUND:
                yield batches
                batches = []
    if batches:
        yield batches


def _write_round(out: pa.RecordBatchFileWriter, batches: list[pa.RecordBatch]) -> None:
    """One record batch a cv, in the order of cv, those without drawings too: batch b belongs to cv b % 100."""
    drawings = ArrowDrawings(batches, ["memory"] * len(batches))
    cv = cv_of(drawings.key_id)
    ordered = record_batch(drawings.take(np.argsort(cv, kind="stable")))
    ends = np.cumsum(np.bincount(cv, minlength=CV_SHARDS))
    for first, last in zip([0, *ends[:-1]], ends, strict=True):
        out.write_batch(ordered.slice(first, last - first))


def _each_once(drawings: Drawings) -> Drawings:
    """Without the rows whose key_id an earlier row has."""
    return drawings[np.sort(np.unique(drawings.key_id, return_index=True)[1])]


def _with_time(base: Drawings, raw: Drawings) -> tuple[Drawings, int]:
    """`base` with the drawings of `raw` in place of its own where those have time, and how many of `raw` it lacks."""
    known = np.isin(raw.key_id, base.key_id)
    timed = raw[raw.has_time & known]
    rows = np.arange(len(base))
    rows[_places(base.key_id, timed.key_id)] = len(base) + np.arange(len(timed))
    taken = Drawings.concat([base, timed])[rows]
    return replace(taken, country=np.where(taken.country == b"", base.country, taken.country)), int((~known).sum())


def _places(key_id: np.ndarray[Any, np.dtype[np.int64]], wanted: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    order = np.argsort(key_id)
    return order[np.searchsorted(key_id, wanted, sorter=order)]
