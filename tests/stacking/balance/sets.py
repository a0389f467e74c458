"""Test sets of which it is known whether they hold equally many drawings of each class."""

import numpy as np
from numpy.typing import NDArray

from stacking.columns import softmax

Set = tuple[NDArray[np.float32], NDArray[np.int64]]
CLASSES = 12


def answers(labels: NDArray[np.int64], rng: np.random.Generator, skew: float = 0.0) -> NDArray[np.float32]:
    """(N, C) what a model says that prefers some classes to others by `skew` nats, of drawings of `labels`."""
    scores = rng.normal(size=(len(labels), CLASSES))
    scores[np.arange(len(labels)), labels] += 2.0
    scores[labels == 0, 1] += 1.5  # the first class is often taken for the second
    return softmax((2 * scores + np.linspace(-skew, skew, CLASSES)).astype(np.float32))


def equal_classes(skew: float = 1.5, a_class: int = 60, seed: int = 0) -> Set:
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(CLASSES), a_class))
    return answers(labels, rng, skew), labels


def unequal_classes(drawings: int = 720, seed: int = 0) -> Set:
    rng = np.random.default_rng(seed)
    labels = rng.choice(CLASSES, size=drawings, p=np.arange(1, CLASSES + 1) / 78)
    return answers(labels, rng), labels
