"""Statistics in a form that a linear model can use: standardised, stepped, and complete."""

from typing import Self

import numpy as np

from stacking.columns import Floats

QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)  # steps enough for a bend or a hump, few enough for 28 drawings a class
WIDEST = 4.0  # standard deviations; a single scribble of 3,000 points should not outweigh a thousand others


class StatisticsBasis:
    """For each of F statistics: its standardised value, a step at each of its quantiles, and whether it is unknown.

    Steps let a linear model follow what is not linear (two strokes are a snowman, one or three are not). An
    unknown value is 0 in all of them, the middle. Everything is between -4 and 4, most between -1 and 1.
    """

    def __init__(self, centre: Floats, scale: Floats, thresholds: Floats) -> None:
        self.centre, self.scale = centre, scale  # (F,)
        self.thresholds = thresholds  # (Q, F)

    @classmethod
    def of(cls, statistics: Floats) -> Self:
        """Learn centre, scale and quantiles of each column (N, F) from its known values."""
        known = np.where(np.isfinite(statistics), statistics, np.nan).astype(np.float64)
        known[:, np.isnan(known).all(axis=0)] = 0  # never known: the column says nothing
        scale = np.nanstd(known, axis=0)
        return cls(
            np.nanmean(known, axis=0).astype(np.float32),
            np.where(scale > 0, scale, 1).astype(np.float32),
            np.nanquantile(known, QUANTILES, axis=0).astype(np.float32),
        )

    def expand(self, statistics: Floats) -> Floats:
        """(N, F * 7 + 1) from (N, F): the last column is 1 throughout, for the class's own level."""
        known = np.isfinite(statistics)
        values = np.where(known, statistics, self.centre)
        level = np.clip((values - self.centre) / self.scale, -WIDEST, WIDEST)
        steps = [np.where(known, (values > threshold) - np.float32(0.5), 0) for threshold in self.thresholds]
        return np.hstack([level, *steps, ~known, np.ones((len(values), 1))]).astype(np.float32)
