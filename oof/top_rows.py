"""The likeliest classes of many rows, and what is left for all others: what a stack of candidates reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oof.ranking import top


@dataclass(frozen=True, eq=False)
class TopRows:
    """N rows of K classes each, likeliest first; NaN where a row is not predicted."""

    classes: NDArray[np.uint16]  # (N, K) places in the class list, different ones in a row
    probabilities: NDArray[np.float32]  # (N, K)
    rest: NDArray[np.float32]  # (N,) the probability of all other classes together

    @classmethod
    def of(cls, probabilities: NDArray[np.float32], count: int) -> "TopRows":
        """The `count` likeliest classes of each row of (N, C) `probabilities`; `count` is at most C."""
        classes = top(np.ascontiguousarray(probabilities), count)
        kept = np.take_along_axis(probabilities, classes, axis=1)  # (N, K)
        rest = probabilities.sum(axis=1, dtype=np.float64) - kept.sum(axis=1, dtype=np.float64)
        return cls(classes.astype(np.uint16), kept, np.maximum(rest, 0).astype(np.float32))

    @classmethod
    def unknown(cls, rows: int, count: int) -> "TopRows":
        """Rows that are not predicted, to be filled."""
        classes = np.tile(np.arange(count, dtype=np.uint16), (rows, 1))
        return cls(classes, np.full((rows, count), np.nan, np.float32), np.full(rows, np.nan, np.float32))

    def put(self, places: NDArray[np.int64], rows: "TopRows") -> None:
        """Fill in the rows at these places."""
        self.classes[places], self.probabilities[places], self.rest[places] = (
            rows.classes,
            rows.probabilities,
            rows.rest,
        )

    def first(self, count: int) -> "TopRows":
        """The `count` likeliest alone; what the others had goes to the rest."""
        dropped = self.probabilities[:, count:].sum(axis=1)
        return TopRows(self.classes[:, :count], self.probabilities[:, :count], self.rest + dropped)

    def spread(self, classes: int) -> NDArray[np.float32]:
        """(N, C) all probabilities, the rest shared evenly by the classes that are not kept.

        The kept ones are exact. The even share is what is known of the others: their sum is right, their order lost.
        """
        others = max(classes - self.classes.shape[1], 1)
        shared = np.repeat(self.rest[:, None] / np.float32(others), classes, axis=1)  # (N, C)
        np.put_along_axis(shared, self.classes.astype(np.int64), self.probabilities, axis=1)
        return shared
