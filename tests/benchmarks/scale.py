"""What 50 million drawings come to, computed from measured rates and sizes; each row shows its arithmetic."""

from dataclasses import dataclass

from tests.benchmarks.table import Row

ALL, TEST, CLASSES = 50_000_000, 112_199, 340  # drawings to train on, to predict, and what they may be
FOLDS = 5
HALF, PLACE = 2, 8  # bytes of a probability in the OOF store, and of a row's number in an epoch's order
GB, MINUTE = 1e9, 60


@dataclass(frozen=True)
class Measured:
    """What the arithmetic starts from."""

    shuffle_rate: float  # drawings a second
    feed_rate: float  # drawings a second, 64 px grey
    answer_rate: float  # drawings a second that gray64_cnn answers
    text: float  # bytes a drawing in Kaggle's CSV
    shards: float  # bytes a drawing
    raw_records: float  # bytes a drawing, 128 px


def scaled(measured: Measured) -> list[Row]:
    """The rows of time, disk and memory."""
    return [
        _time("shuffle", measured.shuffle_rate),
        _time("one epoch's feeding, 64 px grey", measured.feed_rate),
        _time("OOF of gray64_cnn, every drawing once", measured.answer_rate),
        _room("memory, an epoch's order", PLACE),
        _room("disk, the CSV files", measured.text),
        _room("disk, the shards", measured.shards),
        _room("disk while shuffling, beside the shards", measured.shards),
        _room("disk, raw-pixel 128 px TFRecords instead", measured.raw_records),
        _room(f"disk, OOF of a model, {CLASSES} classes × {HALF} bytes", CLASSES * HALF),
        _room(f"disk, a model's test probabilities, {FOLDS} × {CLASSES} × {HALF} bytes", FOLDS * CLASSES * HALF, TEST),
    ]


def _time(what: str, rate: float) -> Row:
    return Row(f"{what}: {ALL:,} ÷ {rate:,.0f} drawings/s", ALL / rate / MINUTE, "min")


def _room(what: str, each: float, count: int = ALL) -> Row:
    return Row(f"{what}: {count:,} × {each:,.5g} bytes", count * each / GB, "GB")
