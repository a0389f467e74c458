"""The shards as the course wrote them: `train_k0.csv.gz` to `train_k99.csv.gz`."""

import csv
import gzip
import io
from pathlib import Path

import numpy as np

from features.classes import read_classes
from features.formats.kaggle_csv import text_rows
from features.shards import CLASSES, open_drawings, shard_path
from ground.errors import MissingResult
from ground.files import whole_file

COLUMNS = ("countrycode", "drawing", "recognized", "timestamp", "word", "y", "cv", "key_id")
AT_ONCE = 20_000  # drawings; as text about 10 MB
LEVEL = 6  # of gzip, as its command has it; 9 takes twice the time for 2 % less


def export_csv(shards: str, cv: int, out: str) -> None:
    """Write one shard as `train_k{cv}.csv.gz` into the folder `out`, unless it is there; strokes without time.

    One restartable task. Raises `MissingResult` when the shard is not there.
    """
    source, path = shard_path(Path(shards), cv), Path(out) / f"train_k{cv}.csv.gz"
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
            writer.writerows(text_rows(drawings.take(rows), classes, COLUMNS, with_time=False))
