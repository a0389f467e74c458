"""Training sets as Kaggle lays them out, a CSV file a class: generated ones of any size, and given drawings."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from features.drawings import Drawings
from features.formats import kaggle_csv
from pipelines.executor import cores
from tests.benchmarks.synthetic import CLASSES, synthetic_classes, synthetic_drawings

ROW_BYTES = 505  # at least, on average
LEAST_FILES, A_FILE = 8, 147_000  # drawings: 50 million in 340 classes; small sets have smaller files


def write_kaggle(folder: Path, size: float, seed: int) -> list[Path]:
    """Class files that together have `size` bytes or a little more, made by a process a core."""
    folder.mkdir(parents=True)
    drawings = int(size / ROW_BYTES)
    files = int(np.clip(-(-drawings // A_FILE), LEAST_FILES, CLASSES))
    each = -(-drawings // files)
    with ProcessPoolExecutor(cores(), get_context("spawn")) as pool:
        calls = [pool.submit(write_class, folder, number, each, seed) for number in range(files)]
        return [call.result() for call in calls]


def write_class(folder: Path, number: int, count: int, seed: int) -> Path:
    """One class's file."""
    drawings = synthetic_drawings(count, seed, first=number * count)
    path = folder / f"{synthetic_classes()[number]}.csv"
    kaggle_csv.write(path, replace(drawings, label=np.full(count, number, np.int16)), synthetic_classes())
    return path


def write_class_files(folder: Path, drawings: Drawings, classes: Sequence[str]) -> list[Path]:
    """A file for each class that has any of the drawings."""
    folder.mkdir(parents=True)
    files = []
    for label in np.unique(drawings.label).tolist():
        files.append(folder / f"{classes[label]}.csv")
        kaggle_csv.write(files[-1], drawings[np.flatnonzero(drawings.label == label)], classes)
    return files
