"""Rows of probabilities: blocks of them, and the refusal of what is none."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ground.errors import KeyMismatch, NotProbabilities

SUM_TOLERANCE = 0.01  # of a row's sum from 1: half precision over hundreds of classes stays well within it
BLOCK_ROWS = 8_192  # held at a time beside what is asked for; 340 classes × 4 bytes × 8,192 = 11 MB


def row_blocks(count: int, rows: int = BLOCK_ROWS) -> Iterator[slice]:
    """Slices of `rows` rows each, the last one shorter, that together cover `range(count)`."""
    for first in range(0, count, rows):
        yield slice(first, min(first + rows, count))


def require_probabilities(key_id: NDArray[np.int64], probabilities: NDArray[np.float32], where: Path) -> None:
    """Raises `KeyMismatch` for a key_id given twice, `NotProbabilities` for NaN, negatives and rows not of sum 1."""
    refuse_doubles(key_id, f"the rows for {where}")
    sums = row_sums(probabilities)
    bad = not_of_sum_1(sums) | (probabilities.min(axis=1, initial=0) < 0)
    if bad.any():
        place = int(bad.argmax())
        raise NotProbabilities(
            f"Expected probabilities of 0 or more and of sum 1 for {where}, received {bad.sum():,} rows that "
            f"are not, first key_id {key_id[place]} of sum {sums[place]:.4g}. Give the outputs of a softmax."
        )


def refuse_doubles(key_id: NDArray[np.int64], where: str) -> None:
    """Raises `KeyMismatch` for a key_id that stands there twice."""
    different, counts = np.unique(key_id, return_counts=True)
    if len(different) < len(key_id):
        raise KeyMismatch(
            f"Expected each key_id once in {where}, received {len(key_id) - len(different):,} doubles, "
            f"first key_id {different[(counts > 1).argmax()]}. Drop the repeated rows."
        )


def row_sums(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N,) the sum of each row."""
    with np.errstate(invalid="ignore"):  # of infinities
        return np.asarray(values.sum(axis=1, dtype=np.float64))


def not_of_sum_1(sums: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N,) whether a sum is none of probabilities; true of NaN too."""
    return ~(np.abs(sums - 1) <= SUM_TOLERANCE)
