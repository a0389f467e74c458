"""What a model answered for every drawing that it had not seen: three classes and how sure it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from oof.ranking import top
from oof.scores import interval
from oof.store import OOFStore

ANSWERS = 3
ROWS_AT_ONCE = 50_000  # × 340 classes × 4 bytes = 68 MB


@dataclass(frozen=True, eq=False)
class Answers:
    """The three most probable classes of N drawings; rows that were not predicted are -1 throughout."""

    name: str
    label: NDArray[np.int16]  # (N,) the truth
    classes: NDArray[np.int16]  # (N, 3) best first
    probability: NDArray[np.float32]  # (N, 3) of those classes

    @classmethod
    def read(cls, name: str, store: OOFStore, key_id: NDArray[np.int64], label: NDArray[np.int16]) -> "Answers":
        """The answers in `store` for these drawings, read a piece at a time."""
        answers = cls(
            name, label, np.full((len(label), ANSWERS), -1, np.int16), np.zeros((len(label), ANSWERS), np.float32)
        )
        count = min(ANSWERS, len(store.classes))
        for rows in _pieces(len(label)):
            probabilities = store.read(key_id[rows])  # (n, C)
            known = np.flatnonzero(~np.isnan(probabilities[:, 0]))
            best = top(probabilities[known], count)
            answers.classes[rows][known, :count] = best
            answers.probability[rows][known, :count] = np.take_along_axis(probabilities[known], best, axis=1)
        return answers

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """(N,) whether the drawing was predicted."""
        return self.classes[:, 0] >= 0

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(N,) whether the first answer is the truth."""
        return np.equal(self.classes[:, 0], self.label)

    @cached_property
    def precision(self) -> NDArray[np.float64]:
        """(N,) average precision at 3: 1, 1/2, 1/3 or 0."""
        return (self.classes == self.label[:, None]) @ (1 / np.arange(1, ANSWERS + 1))  # type: ignore[no-any-return]

    @property
    def accuracy(self) -> float:
        """The share of predicted drawings whose first answer is right."""
        return float(self.right[self.known].mean())

    @property
    def map_at_3(self) -> float:
        """Mean average precision at 3 of the predicted drawings."""
        return float(self.precision[self.known].mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `map_at_3`."""
        return interval(self.precision[self.known])

    def wrong_with(self, other: "Answers") -> tuple[float, float]:
        """The share of drawings that both get wrong, and what it would be if their errors had nothing to do with
        each other; of the drawings that both have predicted.
        """
        both = self.known & other.known
        wrong, also_wrong = ~self.right[both], ~other.right[both]
        return float((wrong & also_wrong).mean()), float(wrong.mean() * also_wrong.mean())


def _pieces(count: int) -> Iterator[slice]:
    return (slice(first, first + ROWS_AT_ONCE) for first in range(0, count, ROWS_AT_ONCE))
