"""`pseudo_labels.csv`: the test drawings that a training learned by what its teachers call them."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.drawings import Drawings
from ground.errors import BadData, MissingResult
from ground.files import whole_file

PSEUDO_LABELS = "pseudo_labels.csv"
COLUMNS = ("key_id", "word", "probability")


def sure_rows(
    probabilities: NDArray[np.float32], least: float, key_id: NDArray[np.int64], taken: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rows of (N, C) `probabilities` whose likeliest class has `least` or more and whose key_id is not `taken`.

    A test drawing under the key_id of a training drawing may be one that is held out.
    """
    return np.flatnonzero((probabilities.max(axis=1, initial=0) >= least) & ~np.isin(key_id, taken))


def write_pseudo_labels(
    path: Path, key_id: NDArray[np.int64], probabilities: NDArray[np.float32], classes: Sequence[str]
) -> None:
    """A line for each of these drawings: its likeliest class of (n, C) `probabilities`."""
    label = probabilities.argmax(axis=1)
    with whole_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row, place in enumerate(label):
            writer.writerow([key_id[row], classes[place], f"{probabilities[row, place]:.4f}"])


def read_pseudo_labels(path: Path, classes: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """key_ids (n,) and places in the class list (n,); raises `MissingResult`, `BadData` where damaged."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise ValueError(f"a header of {rows.fieldnames}")
            lines = [(int(row["key_id"]), classes.index(row["word"])) for row in rows]
        key_id = np.array([key for key, _ in lines], np.int64)
    except FileNotFoundError as error:
        raise MissingResult(f"Expected {path}, received no such file. {_mend(path)}") from error
    except (OSError, ValueError, KeyError, TypeError, OverflowError, csv.Error) as error:
        raise BadData(f"Expected lines of {','.join(COLUMNS)} in {path}, received {error}. {_mend(path)}") from error
    return key_id, np.array([label for _, label in lines], np.int16)


def named(test: Drawings, path: Path, classes: Sequence[str]) -> Drawings:
    """The test drawings of the file at `path`, with its labels; raises `BadData` where one is not in the test set."""
    key_id, label = read_pseudo_labels(path, classes)
    row_of = {int(key): row for row, key in enumerate(test.key_id)}
    if strange := [key for key in key_id.tolist() if key not in row_of]:
        raise BadData(f"Expected test drawings in {path}, received key_id {strange[0]}. {_mend(path)}")
    return replace(test[[row_of[key] for key in key_id.tolist()]], label=label)


def _mend(path: Path) -> str:
    return f"Delete {path.parent} and train this fold again."
