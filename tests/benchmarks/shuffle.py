"""Kaggle's CSV to shards: `python -m tests.benchmarks.shuffle`.

Ours is `doodlestack shuffle` on all cores, its memory with it. The reference is the course's, one process of pandas;
it reads the first class files only, as large as real ones, since it is many times slower.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated

import numpy as np
import typer

from features.shuffle_plan import REPORT, Report
from ground.errors import BadData
from ground.files import read_json_as
from pipelines.executor import cores
from pipelines.run_folder import RunFolder
from tests.benchmarks.kaggle_files import write_class, write_kaggle
from tests.benchmarks.naive_shuffle import append_to_shards, gzip_shards
from tests.benchmarks.one_shuffle import shuffle_once
from tests.benchmarks.options import CompileTime, Data, Folder, Json, Repeat, Seed, run
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.table import Row, publish

GB = 1e9
NAIVE_BYTES = 60e6  # of class files for the reference: one as large as the real ones
LEAST_TIMES = 15  # the reference's rate
MOST_MEMORY, MEMORY_SIZE = 1.0, 5 * GB  # GB, and the input in bytes from which on that is asked
DISK_A_BYTE = 1.8  # of input: itself, of a third of it the spill and the shards, and the reference's files
FEW = 100  # drawings that warm everything up


@dataclass(frozen=True)
class Turn:
    """One shuffle of either kind."""

    ours: float  # drawings a second
    peak_memory: int  # bytes
    appended: float  # the reference, its shards left as text, drawings a second
    gzipped: float  # the reference to its end


def measure(files: Sequence[Path], folder: Path, repeat: int, workers: int = 0, cache: Path | None = None) -> list[Row]:
    """The rows of shuffling `files`, the CSV files of one folder; works in `folder`, cleans it after each turn."""
    turns = [_turn(files, folder, workers, cache) for _ in range(repeat)]
    size = sum(file.stat().st_size for file in files) / GB

    def median(rate: str, over: str | None = None) -> float:
        return float(np.median([getattr(turn, rate) / (getattr(turn, over) if over else 1) for turn in turns]))

    return [
        Row("machine", cores(), "cores"),
        Row("input", size, "GB"),
        Row("shuffle, CSV to shards", median("ours"), "drawings/s"),
        Row("shuffle ÷ pandas with append a shard, gzipped", median("ours", "gzipped"), "×", LEAST_TIMES),
        Row("shuffle ÷ pandas with append a shard, left as text", median("ours", "appended"), "×"),
        Row("reference: pandas with append a shard, gzipped", median("gzipped"), "drawings/s"),
        Row("reference: pandas with append a shard, left as text", median("appended"), "drawings/s"),
        _memory_row(max(turn.peak_memory for turn in turns) / GB, size),
    ]


def _memory_row(peak: float, size: float) -> Row:
    what = f"peak memory of the shuffle, all its processes, {size:.2g} GB of input"
    if size * GB >= MEMORY_SIZE:
        return Row(what, peak, "GB", MOST_MEMORY, "≤")
    return Row(f"{what} (the bar of {MOST_MEMORY:g} GB is for {MEMORY_SIZE / GB:g} GB or more)", peak, "GB")


def _turn(files: Sequence[Path], folder: Path, workers: int, cache: Path | None) -> Turn:
    with temporary_folder(folder, 0) as place:
        own_run = RunFolder(place / "run")
        ours = shuffle_once(files[0].parent, own_run.root, workers, cache)
        drawings = read_json_as(own_run.shards / REPORT, Report).rows
        started = perf_counter()
        naive_drawings = append_to_shards(_first_bytes(files, NAIVE_BYTES), place / "naive")
        appended = perf_counter() - started
        gzip_shards(place / "naive")
        gzipped = perf_counter() - started
    return Turn(drawings / ours.seconds, ours.peak_memory, naive_drawings / appended, naive_drawings / gzipped)


def _first_bytes(files: Sequence[Path], size: float) -> list[Path]:
    """The first files, as many as have `size` bytes together, or all."""
    before = np.cumsum([0, *(file.stat().st_size for file in files[:-1])])
    return [file for file, held in zip(files, before, strict=True) if held < size]


def _warm_up(folder: Path, cache: Path | None) -> list[Row]:
    """Shuffle a few drawings twice, first without numba's cache where `cache` is an empty folder."""
    (folder / "few").mkdir()
    write_class(folder / "few", 0, FEW, seed=0)
    seconds = [shuffle_once(folder / "few", folder / f"few_{turn}", 1, cache).seconds for turn in range(2)]
    if cache is None:
        return []
    names = ("first use ever, compiled", "first use in a later process")
    return [Row(f"{name}: shuffle of {FEW} drawings", took, "s") for name, took in zip(names, seconds, strict=True)]


def _class_files(data: Path) -> list[Path]:
    """The simplified CSV files of a folder as Kaggle lays it out; raises `BadData` where there are none."""
    files = sorted((data / "train_simplified").glob("*.csv"))
    if not files:
        raise BadData(f"Expected CSV files in {data / 'train_simplified'}, received none. Unpack them there.")
    return files


def main(
    gigabytes: Annotated[float, typer.Option(min=1e-6, help="Size of the CSV files to make.")] = 0.5,
    workers: Annotated[int, typer.Option(min=0, help="Processes of our shuffle; 0 = as many as fit.")] = 0,
    data: Data = None,
    seed: Seed = 0,
    repeat: Repeat = 3,
    folder: Folder = None,
    compile_time: CompileTime = True,
    json: Json = False,
) -> None:
    """Kaggle's CSV to shards, against pandas with an append a shard; peak memory."""
    given = [] if data is None else _class_files(data)
    size = sum(file.stat().st_size for file in given) or gigabytes * GB
    with temporary_folder(folder, DISK_A_BYTE * size) as place:
        cache = place / "numba" if compile_time else None
        first_uses = _warm_up(place, cache)
        files = given or write_kaggle(place / "train_simplified", size, seed)
        rows = measure(files, place, repeat, workers, cache)
    publish({"shuffle": rows + first_uses}, json)


if __name__ == "__main__":
    run(main)
