"""Reliability: whether a model that is 80 % sure is right in 80 % of such cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oof.scores import average_precision_at_3
from stacking.columns import Floats, Labels


@dataclass(frozen=True, eq=False)
class Reliability:
    """The bars of a reliability diagram: B bins of equal width over the probability of the first class."""

    count: NDArray[np.int64]  # (B,) rows in each bin
    confidence: NDArray[np.float64]  # (B,) their mean probability; NaN in an empty bin
    accuracy: NDArray[np.float64]  # (B,) the share of them that is right; NaN in an empty bin

    @property
    def edges(self) -> NDArray[np.float64]:
        """(B + 1,) from 0 to 1; a bin holds its upper edge."""
        return np.linspace(0, 1, len(self.count) + 1)

    @property
    def expected_calibration_error(self) -> float:
        """Mean over the rows of the distance between confidence and accuracy of their bin, 0 to 1."""
        held = self.count > 0
        distance = np.abs(self.confidence - self.accuracy)[held]
        return float(distance @ self.count[held] / self.count.sum())


def reliability(probabilities: Floats, labels: Labels, bins: int = 15) -> Reliability:
    """Of (N, C) and (N,); raises `BadOOF` where a probability is NaN.

    Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, ICML 2017, with their 15 bins.
    """
    right = average_precision_at_3(probabilities, labels) == 1
    confidence = probabilities.max(axis=1).astype(np.float64)
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    divisor = np.where(count > 0, count, np.nan)
    return Reliability(
        count=count,
        confidence=np.bincount(place, weights=confidence, minlength=bins) / divisor,
        accuracy=np.bincount(place, weights=right, minlength=bins) / divisor,
    )
