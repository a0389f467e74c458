"""What a category of drawings, such as the country they come from, says of the classes."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from stacking.columns import Floats, Labels

SMOOTHING = 100.0  # rows, as all drawings are: a country of 5 drawings says little of 340 classes


@dataclass(frozen=True, eq=False)
class CategoryPrior:
    """log P(class | category) - log P(class), learned on one set of rows, to be used on others."""

    numbers: Floats  # (V,) of the categories, ascending
    lift: Floats  # (V + 1, C) natural logarithms; the last line, 0 throughout, is that of all other categories

    @classmethod
    def of(cls, category: Floats, labels: Labels, share: NDArray[np.float64]) -> Self:
        """From the number of each row's category (N,), NaN where unknown, labels (N,) and the classes' share (C,)."""
        known = np.isfinite(category)
        numbers, place = np.unique(category[known], return_inverse=True)
        counts = np.zeros((len(numbers), len(share)))
        np.add.at(counts, (place, labels[known]), 1)
        smooth = (counts + SMOOTHING * share) / (counts.sum(axis=1, keepdims=True) + SMOOTHING)
        lift = np.vstack([np.log(smooth / share), np.zeros((1, len(share)))])
        return cls(numbers.astype(np.float32), lift.astype(np.float32))

    def of_rows(self, category: Floats) -> Labels:
        """(n,) the line of `lift` of each row's category (n,)."""
        if not len(self.numbers):
            return np.zeros(len(category), np.int64)
        place = np.minimum(np.searchsorted(self.numbers, category), len(self.numbers) - 1)
        return np.where(self.numbers[place] == category, place, len(self.numbers))
