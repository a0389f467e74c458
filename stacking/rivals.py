"""All that MAP@3 can depend on when the models' probabilities are combined: each drawing's rival classes, compiled.

A class that every model holds less likely than the true one comes behind it in any blend that grows with each
model's probability, and a class that every model holds likelier comes before it. Only the classes between, on
which the models disagree, are left to decide: nothing is lost, and of 340 classes a few remain. So a search over
hundreds of blends takes seconds, and little memory beside the probabilities'.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stacking.columns import LEAST_PROBABILITY, Floats, Labels

PLACES = 3  # of MAP@3


@dataclass(frozen=True, eq=False)
class Rivals:
    """The n of N drawings whose average precision is open, with R rivals of their true classes."""

    rows: NDArray[np.int64]  # (n,) places among the N
    starts: NDArray[np.int64]  # (n + 1,) where each drawing's rivals start
    before: NDArray[np.int64]  # (n,) classes that come before the true one in any blend: 0, 1 or 2
    true: Floats  # (n, M) probability of the true class by each model
    rival: Floats  # (R, M) probability of the rival class
    wins_ties: NDArray[np.bool_]  # (R,) whether the rival stands before the true class in the class list

    @classmethod
    def of(cls, probabilities: Floats, labels: Labels, least: float = LEAST_PROBABILITY) -> Self:
        """From (N, M, C) and (N,); probabilities below `least` count as that, as where logarithms are taken."""
        floor = np.float32(least)
        before, counts = _count(probabilities, labels, floor)
        rows = np.flatnonzero((before < PLACES) & (counts > 0))
        starts = np.concatenate([[0], np.cumsum(counts[rows])])
        classes = _collect(probabilities, labels, floor, rows, starts)  # (R,)
        own = np.repeat(rows, counts[rows])
        return cls(
            rows=rows,
            starts=starts,
            before=before[rows],
            true=np.maximum(probabilities[rows, :, labels[rows]], floor),
            rival=np.maximum(probabilities[own, :, classes], floor),
            wins_ties=classes < labels[own],
        )

    def leads(self, scale: Callable[[Floats], Floats]) -> Floats:
        """(R, M) how far each model puts the rival before the true class, on a `scale` that grows with p."""
        return scale(self.rival) - np.repeat(scale(self.true), np.diff(self.starts), axis=0)

    def precision(self, leads: Floats) -> NDArray[np.float64]:
        """(n,) the average precision at 3 of a blend by which the rivals are before the true class by `leads` (R,)."""
        return np.asarray(_precision(leads, self.starts, self.before, self.wins_ties))


def bootstrap_bags(rows: int, bags: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """`bags` times (rows,): how often each row is drawn in a bootstrap sample."""
    rng = np.random.default_rng(seed)
    for _ in range(bags):
        yield np.bincount(rng.integers(max(rows, 1), size=rows), minlength=rows)


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _standing(probabilities: Floats, row: int, c: int, label: int, least: np.float32) -> int:
    """1 where every model puts class `c` before the label, -1 where every one puts it behind, else 0."""
    ahead, behind = True, True
    for model in range(probabilities.shape[1]):
        rival, true = max(probabilities[row, model, c], least), max(probabilities[row, model, label], least)
        if rival > true or (rival == true and c < label):
            behind = False
        else:
            ahead = False
    return 1 if ahead else -1 if behind else 0


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _count(probabilities: Floats, labels: Labels, least: np.float32) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(N,) classes before the true one by all models, and (N,) classes on which the models disagree."""
    before, open_ = np.zeros(len(labels), np.int64), np.zeros(len(labels), np.int64)
    for row in range(len(labels)):
        for c in range(probabilities.shape[2]):
            if c != labels[row]:
                standing = _standing(probabilities, row, c, labels[row], least)
                before[row] += standing == 1
                open_[row] += standing == 0
    return before, open_


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _collect(
    probabilities: Floats, labels: Labels, least: np.float32, rows: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(R,) the classes on which the models disagree, drawing after drawing."""
    classes = np.empty(starts[-1], np.int64)
    for place, row in enumerate(rows):
        at = starts[place]
        for c in range(probabilities.shape[2]):
            if c != labels[row] and _standing(probabilities, row, c, labels[row], least) == 0:
                classes[at] = c
                at += 1
    return classes


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _precision(
    leads: Floats, starts: NDArray[np.int64], before: NDArray[np.int64], wins_ties: NDArray[np.bool_]
) -> NDArray[np.float64]:
    precision = np.zeros(len(before))
    for place in range(len(before)):
        rank = before[place] + 1
        at = starts[place]
        while rank <= PLACES and at < starts[place + 1]:
            rank += leads[at] > 0 or (leads[at] == 0 and wins_ties[at])
            at += 1
        if rank <= PLACES:
            precision[place] = 1 / rank
    return precision
