"""Whole batches to a model: `python -m tests.benchmarks.feeds`.

Every feed reads files that were written just before, shuffles, and hands batches of 512 pictures of 64 px to a
consumer that does nothing with them. Its rate counts from its first batch on: until then the course's ways fill
buffers of thousands of rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import numpy as np
import typer

from features.drawings import Drawings
from features.feeds.opening import open_feed
from features.feeds.shards import ShardFeed
from features.inputs import GrayImage
from features.shards import Shards
from ground.errors import BadSettings
from pipelines.executor import cores
from tests.benchmarks import epoch, naive_feeds
from tests.benchmarks.clock import Clock, Way, clock, take_turns, taking, times_faster
from tests.benchmarks.empty_consumer import fitting
from tests.benchmarks.first_use import GRAY, TAKE, first_use
from tests.benchmarks.input_drawings import input_drawings
from tests.benchmarks.on_disk import by_cv, write_course_csv, write_shards
from tests.benchmarks.options import CompileTime, CpuTime, Data, Folder, Json, Repeat, Seed, run
from tests.benchmarks.own_process import as_a_worker
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.table import Row, publish

INPUTS = GrayImage(size=64)
CSV_SHARDS = 20  # of 100 that the slow ways find as CSV; they read them again and again
OURS, THROUGH_FIT = "shard feed", "shard feed through Keras' fit, its step empty"
GENERATOR, TEXT = "from_generator", "TextLineDataset + py_function"
RECORDS, RECORDS_BY_BATCH = "finished TFRecords", "finished TFRecords, parsed by whole batches"
A_DRAWING = 5000  # bytes on disk in all files: 64 × 64 pixels, text, strokes
BARS = {GENERATOR: 15.0, TEXT: 30.0, RECORDS: 1.5, RECORDS_BY_BATCH: None}  # times their rates


@dataclass(frozen=True)
class Sizes:
    """How much each way holds and hands out."""

    batch: int = 512
    slow_batches: int = 10  # a turn of a way that Python draws
    generator_buffer: int = naive_feeds.GENERATOR_BUFFER
    text_buffer: int = naive_feeds.TEXT_BUFFER


def measure(
    folder: Path,
    drawings: Drawings,
    classes: tuple[str, ...],
    repeat: int,
    sizes: Sizes = Sizes(),
    now: Clock = perf_counter,
) -> list[Row]:
    """The rows about the empty consumer; writes into `folder`, shards into `folder / "shards"`."""
    rates = take_turns(_ways(folder, drawings, classes, sizes, now), repeat)
    medians = {name: float(np.median(measured)) for name, measured in rates.items()}
    return [
        Row("machine", cores(), "cores"),
        Row(OURS, medians[OURS], "drawings/s"),
        Row(THROUGH_FIT, medians[THROUGH_FIT], "drawings/s"),
        *(Row(f"{OURS} ÷ {name}", times_faster(rates[OURS], rates[name]), "×", bar) for name, bar in BARS.items()),
        *(Row(f"reference: {name}", medians[name], "drawings/s") for name in BARS),
    ]


def epoch_after_epoch(shards: Shards, batch_size: int, now: Clock = perf_counter) -> Way:
    """The way that takes a whole epoch of a shard feed, each time the next one; raises `BadSettings` at one batch."""
    if len(shards) <= batch_size:
        raise BadSettings(
            f"Expected more than a batch of {batch_size} drawings, received {len(shards)}: the first batch of "
            "a feed does not count. Give more drawings."
        )
    epochs = count()

    def batches() -> Iterator[tuple[Any, ...]]:
        feed = ShardFeed(shards, np.arange(len(shards)), INPUTS, batch_size, epoch=next(epochs))
        return (feed[step] for step in range(len(feed)))

    return taking(batches, later_batches(shards, batch_size), now)


def later_batches(shards: Shards, batch_size: int) -> int:
    """Batches of an epoch after the first."""
    return -(-len(shards) // batch_size) - 1


def _ways(folder: Path, drawings: Drawings, classes: tuple[str, ...], sizes: Sizes, now: Clock) -> dict[str, Way]:
    shards = write_shards(folder / "shards", drawings, classes)
    texts = write_course_csv(folder / "csv", drawings[drawings.cv < CSV_SHARDS], classes)
    records = _write_tfrecords(folder / "tfrecord", drawings)
    generated = naive_feeds.generator_feed(texts, len(classes), sizes.batch, sizes.generator_buffer)
    read = naive_feeds.textline_feed(texts, len(classes), sizes.batch, sizes.text_buffer)
    parsed = naive_feeds.tfrecord_feed(records, sizes.batch, sizes.generator_buffer)
    parsed_by_batch = naive_feeds.tfrecord_feed_by_batch(records, sizes.batch, sizes.generator_buffer)
    later = later_batches(shards, sizes.batch)
    fed = open_feed("shards", shards, np.arange(len(shards)), INPUTS, sizes.batch)
    return {
        OURS: epoch_after_epoch(shards, sizes.batch, now),
        THROUGH_FIT: fitting(fed, len(shards) - sizes.batch, now),
        RECORDS: taking(parsed.__iter__, later, now),
        RECORDS_BY_BATCH: taking(parsed_by_batch.__iter__, later, now),
        TEXT: taking(read.__iter__, sizes.slow_batches, now),
        GENERATOR: taking(generated.__iter__, sizes.slow_batches, now),
    }


def _write_tfrecords(folder: Path, drawings: Drawings) -> list[Path]:
    folder.mkdir()
    files = []
    for cv, held in by_cv(drawings):
        files.append(folder / f"train_k{cv}.tfrecord")
        naive_feeds.write_tfrecord(files[-1], INPUTS.make(held), held.label)
    return files


def main(
    drawings: Annotated[int, typer.Option(min=2 * Sizes.batch, help="Drawings in the files.")] = 100_000,
    epoch_drawings: Annotated[int, typer.Option(min=1, help="Drawings of the epoch of gray64_cnn.")] = 4_096,
    data: Data = None,
    seed: Seed = 0,
    repeat: Repeat = 5,
    folder: Folder = None,
    compile_time: CompileTime = True,
    cpu_time: CpuTime = False,
    json: Json = False,
) -> None:
    """The shard feed against the course's three ways of reading, and an epoch through it against one from memory."""
    held, classes = input_drawings(data, drawings, seed)
    with temporary_folder(folder, A_DRAWING * len(held)) as place:
        rows = measure(place, held, classes, repeat, now=clock(cpu_time))
        rows += epoch.measure(place / "shards", epoch_drawings, repeat)
    if compile_time:
        rows += first_use((TAKE, GRAY))
    publish({"feeds": rows}, json)


if __name__ == "__main__":
    as_a_worker()
    run(main)
