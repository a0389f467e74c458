"""Drawings as the files that feeds read: our shards, and the course's gzipped CSV files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from features.classes import write_classes
from features.drawings import CV_SHARDS, Drawings
from features.formats import kaggle_csv
from features.shards import CLASSES, TEST, Shards, shard_path, write_drawings

COURSE_COLUMNS = ("countrycode", "drawing", "recognized", "timestamp", "word", "y", "cv")


def write_shards(folder: Path, drawings: Drawings, classes: Sequence[str]) -> Shards:
    """The 100 cv shards, as a shuffle leaves them, and an empty test set."""
    write_classes(folder / CLASSES, tuple(classes))
    write_drawings(folder / TEST, Drawings.empty())
    for cv, held in by_cv(drawings):
        write_drawings(shard_path(folder, cv), held)
    return Shards.open(folder)


def write_course_csv(folder: Path, drawings: Drawings, classes: Sequence[str]) -> list[Path]:
    """`train_k0.csv.gz` to `train_k99.csv.gz`, those that hold drawings, as the course's shuffle leaves them."""
    files = []
    for cv, held in by_cv(drawings):
        if len(held):
            files.append(folder / f"train_k{cv}.csv.gz")
            kaggle_csv.write(files[-1], held, classes, COURSE_COLUMNS)
    return files


def by_cv(drawings: Drawings) -> Iterator[tuple[int, Drawings]]:
    """Each cv shard's drawings."""
    for cv in range(CV_SHARDS):
        yield cv, drawings[np.flatnonzero(drawings.cv == cv)]
