"""The shards as the course wrote them, `train_k0.csv.gz` to `train_k99.csv.gz`: Kaggle's columns, y and cv.

In the shards' folder they stand in `csv`, strokes of x and y, or in `csv-time`, where drawings whose times are known
have them as third list of every stroke, as in Kaggle's raw files.
"""

import csv
import gzip
import io
from pathlib import Path

import numpy as np

from features.classes import read_classes
from features.drawings import CV_SHARDS
from features.formats.kaggle_csv import text_rows
from features.inputs import ModelInput
from features.shards import CLASSES, Shards, open_drawings, shard_path
from ground.errors import BadSettings, MissingResult
from ground.files import whole_file

COLUMNS = ("countrycode", "drawing", "recognized", "timestamp", "word", "y", "cv", "key_id")
PLAIN, TIMED = "csv", "csv-time"  # the folders, and what `doodlestack shuffle --format` calls them
AT_ONCE = 20_000  # drawings; as text about 10 MB
LEVEL = 6  # of gzip, as its command has it; 9 takes twice the time for 2 % less
SAMPLE, MARGIN = 2000, 1.05  # drawings by which the whole is estimated, and what is added for their chance


def csv_path(folder: Path, cv: int) -> Path:
    """The file of one cv shard."""
    return folder / f"train_k{cv}.csv.gz"


def export_csv(shards: str, cv: int, out: str, with_time: bool = False) -> None:
    """Write one shard as `train_k{cv}.csv.gz` into the folder `out`, unless it is there.

    One restartable task. Raises `MissingResult` when the shard is not there.
    """
    source, path = shard_path(Path(shards), cv), csv_path(Path(out), cv)
    if path.exists():
        return
    if not source.exists():
        raise MissingResult(f"Expected {source}, received no such file. Run `doodlestack shuffle` first.")
    drawings, classes = open_drawings(source), read_classes(Path(shards) / CLASSES)
    with (
        whole_file(path) as temporary,
        gzip.GzipFile(temporary, "wb", compresslevel=LEVEL, mtime=0) as packed,  # equal in, equal out
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for first in range(0, len(drawings), AT_ONCE):
            rows = np.arange(first, min(first + AT_ONCE, len(drawings)))
            writer.writerows(text_rows(drawings.take(rows), classes, COLUMNS, with_time))


def csv_bytes(shards: Shards, with_time: bool) -> int:
    """About how much disk the CSV files take, rather too much: from a sample of the drawings, packed together."""
    rows = np.unique(np.linspace(0, len(shards), SAMPLE, endpoint=False, dtype=np.int64))[: len(shards)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(text_rows(shards.take(rows), shards.classes, COLUMNS, with_time))
    packed = len(gzip.compress(text.getvalue().encode(), LEVEL))
    return int(MARGIN * packed * len(shards) / max(len(rows), 1))


def csv_folder(shards: Shards, inputs: ModelInput) -> Path:
    """The folder of CSV files of which `inputs` are made as of the shards themselves.

    Raises `MissingResult` where a file is not there, `BadSettings` where the inputs see times, the drawings have
    some and the files have none.
    """
    plain, timed = shards.folder / PLAIN, shards.folder / TIMED
    needs_time = needs_times(shards, inputs)
    if not needs_time and _is_whole(plain):
        return plain
    if _is_whole(timed):
        return timed
    wanted = timed if needs_time else plain
    command = f"doodlestack shuffle --format {wanted.name} --run {shards.folder.parent}"
    if needs_time and _is_whole(plain):
        raise BadSettings(
            f"Expected times in the CSV shards, since {inputs!r} sees them and {shards.has_time.sum():,} drawings have "
            f"some; received files without in {plain}. Run `{command}`."
        )
    there = sum(csv_path(wanted, cv).exists() for cv in range(CV_SHARDS))
    raise MissingResult(
        f"Expected train_k0.csv.gz to train_k99.csv.gz in {wanted}, received {there} of {CV_SHARDS}. Run `{command}`."
    )


def needs_times(shards: Shards, inputs: ModelInput) -> bool:
    """Whether CSV files without times would give other inputs than the shards."""
    return inputs.sees_time and bool(shards.has_time.any())


def _is_whole(folder: Path) -> bool:
    return all(csv_path(folder, cv).exists() for cv in range(CV_SHARDS))
