"""The order of classes by probability, compiled; equal probabilities are ordered by place in the class list."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(nogil=True, cache=True)  # type: ignore[misc]
def rank_of(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) the rank, from 1, that each row of (N, C) `probabilities` gives to the class in `labels`."""
    rows, classes = probabilities.shape
    ranks = np.empty(rows, np.int64)
    for row in range(rows):
        label = labels[row]
        own = probabilities[row, label]
        rank = 1
        for other in range(classes):
            value = probabilities[row, other]
            rank += value > own or (value == own and other < label)
        ranks[row] = rank
    return ranks


@njit(nogil=True, cache=True)  # type: ignore[misc]
def top(probabilities: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """(N, count) the `count` most probable classes of each row, best first; `count` is at most C."""
    rows, classes = probabilities.shape
    best = np.empty((rows, count), np.int64)
    for row in range(rows):
        held = 0
        for c in range(classes):
            value = probabilities[row, c]
            if held == count and value <= probabilities[row, best[row, held - 1]]:
                continue
            place = held if held < count else count - 1
            while place > 0 and probabilities[row, best[row, place - 1]] < value:
                best[row, place] = best[row, place - 1]
                place -= 1
            best[row, place] = c
            held = min(held + 1, count)
    return best
