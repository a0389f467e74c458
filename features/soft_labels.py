"""Soft labels: a drawing's own label and, beside it, each class's part in what is to be learned of the drawing."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Targets(Protocol):
    """What is to be learned of each drawing, where that is more than its label."""

    @property
    def classes(self) -> int:
        """How many classes there are."""

    def soft(self, rows: NDArray[np.int64]) -> Floats:
        """(B, 1 + C) the soft labels of these rows, in the form of `soft_labels`."""


def soft_labels(label: NDArray[np.int32], classes: int) -> Floats:
    """(B, 1 + C): the label of a drawing itself, which scores are counted by, then each class's part in the target.

    Here all of it is the label's.
    """
    soft = np.zeros((len(label), 1 + classes), np.float32)
    soft[:, 0] = label
    soft[np.arange(len(label)), 1 + label] = 1
    return soft
