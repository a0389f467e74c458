"""Bytes a drawing on disk, and what 50 million drawings come to: `python -m tests.benchmarks.storage`.

Drawings are shuffled as a user shuffles them, and what the shards then hold is written in every other form. None of
those holds the times of points, so sizes are compared without; a row says what shards with times take.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from features.drawings import CV_SHARDS, cv_of
from features.formats import binary, ndjson
from features.inputs import GrayImage
from features.shards import Shards, shard_path
from features.tfrecord_export import export_tfrecord
from features.tfrecord_folders import Encoding, begin_records, records_for
from pipelines.executor import cores
from pipelines.run_folder import RunFolder
from tests.benchmarks.clock import take_turns
from tests.benchmarks.epoch import answer_rate
from tests.benchmarks.feeds import epoch_after_epoch
from tests.benchmarks.input_drawings import input_drawings
from tests.benchmarks.kaggle_files import write_class_files
from tests.benchmarks.naive_feeds import write_tfrecord
from tests.benchmarks.on_disk import write_course_csv, write_shards
from tests.benchmarks.one_shuffle import shuffle_once
from tests.benchmarks.options import Data, Folder, Json, Repeat, Seed, run
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.scale import Measured, scaled
from tests.benchmarks.synthetic import synthetic_drawings
from tests.benchmarks.table import Row, publish

PICTURE, BATCH = GrayImage(size=128), 512
SAMPLE = 500  # drawings whose pixels are written
FRAME, PROTOCOL = 16, 43  # bytes about a picture's pixels: the file's, the protocol buffer's; labels from 128 add one
MOST_OF_RAW, MOST_OF_BIN = 1 / 100, 1.7
A_DRAWING = 3_000  # bytes on disk in all forms together

ANSWERED = 16_384  # drawings a turn
SHARDS, TIMED, BIN, NDJSON, TEXT = "shards", "shards of drawings with times", ".bin", "ndjson", "train_k*.csv.gz"
RAW, PNG, STROKES = "raw-pixel 128 px TFRecords", "png 128 px TFRecords", "strokes TFRecords"


def sizes(folder: Path, shards: Shards) -> dict[str, float]:
    """Bytes a drawing of each form; writes into `folder`, the TFRecords of strokes and png beside the shards."""
    drawings = shards.take(np.arange(len(shards)))
    count, sample = len(drawings), drawings[:SAMPLE]
    binary.write(folder / "all.bin", drawings)
    ndjson.write(folder / "all.ndjson", drawings, shards.classes)
    texts = write_course_csv(folder / "csv", drawings, shards.classes)
    timed = write_shards(folder / "timed", synthetic_drawings(count, timed_share=1), shards.classes)
    write_tfrecord(folder / "raw.tfrecord", PICTURE.make(sample), sample.label)
    return {
        SHARDS: _bytes(_files(shards)) / count,
        TIMED: _bytes(_files(timed)) / count,
        BIN: _bytes([folder / "all.bin"]) / count,
        NDJSON: _bytes([folder / "all.ndjson"]) / count,
        TEXT: _bytes(texts) / count,
        RAW: _bytes([folder / "raw.tfrecord"]) / len(sample),
        PNG: _exported(shards, "png"),
        STROKES: _exported(shards, "strokes"),
    }


def size_rows(size: dict[str, float]) -> list[Row]:
    """The rows about bytes."""
    return [
        Row("machine", cores(), "cores"),
        Row(f"{SHARDS} ÷ {RAW}", size[SHARDS] / size[RAW], "", MOST_OF_RAW, "≤"),
        Row(f"{SHARDS} ÷ the dataset's own {BIN}", size[SHARDS] / size[BIN], "", MOST_OF_BIN, "≤"),
        *(Row(form, held, "bytes/drawing") for form, held in size.items()),
        Row(
            f"{RAW} by arithmetic: {PICTURE.size} × {PICTURE.size} + {FRAME} + {PROTOCOL}",
            PICTURE.size**2 + FRAME + PROTOCOL,
            "bytes/drawing",
        ),
    ]


def feed_rate(shards: Shards, repeat: int) -> float:
    """Drawings a second that the shard feed gives at 64 px, as `tests.benchmarks.feeds` measures it."""
    return float(np.median(take_turns({"ours": epoch_after_epoch(shards, BATCH)}, repeat)["ours"]))


def _files(shards: Shards) -> list[Path]:
    return [shard_path(shards.folder, cv) for cv in range(CV_SHARDS)]


def _bytes(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _exported(shards: Shards, encoding: Encoding) -> float:
    """Bytes a drawing of one shard's TFRecords, that with most drawings."""
    held = np.bincount(cv_of(shards.key_id), minlength=CV_SHARDS)
    records = records_for(shards.folder, encoding, PICTURE)
    begin_records(records)
    export_tfrecord(str(records.folder), int(held.argmax()))
    return _bytes([records.file(int(held.argmax()))]) / int(held.max())


def main(
    drawings: Annotated[int, typer.Option(min=2 * BATCH, help="Drawings to write.")] = 200_000,
    shuffle_rate: Annotated[
        float | None, typer.Option(help="Drawings/s that tests.benchmarks.shuffle measured; else measured here.")
    ] = None,
    feeding_rate: Annotated[
        float | None, typer.Option(help="Drawings/s that tests.benchmarks.feeds measured; else measured here.")
    ] = None,
    answering_rate: Annotated[
        float | None, typer.Option(help="Drawings/s that gray64_cnn answers; else measured here.")
    ] = None,
    data: Data = None,
    seed: Seed = 0,
    repeat: Repeat = 5,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Bytes a drawing in every form, and what 50 million drawings come to at measured rates.

    A shuffle of few drawings spends its time on starting processes: for true times give --shuffle-rate.
    """
    held, classes = input_drawings(data, drawings, seed)
    with temporary_folder(folder, A_DRAWING * len(held)) as place:
        files = write_class_files(place / "train_simplified", held, classes)
        shuffled = shuffle_once(files[0].parent, place / "run")
        shards = Shards.open(RunFolder(place / "run").shards)
        size = sizes(place, shards)
        measured = Measured(
            shuffle_rate=shuffle_rate or len(held) / shuffled.seconds,
            feed_rate=feeding_rate or feed_rate(shards, repeat),
            answer_rate=answering_rate or answer_rate(shards.folder, ANSWERED, repeat),
            text=_bytes(files) / len(held),
            shards=size[SHARDS],
            raw_records=size[RAW],
        )
    publish({"storage": size_rows(size), "50 million drawings, computed": scaled(measured)}, json)


if __name__ == "__main__":
    run(main)
