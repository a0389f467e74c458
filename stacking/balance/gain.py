"""What balancing is worth where the assumption holds: on rows of known classes, equally many of each."""

from dataclasses import dataclass

import numpy as np

from ground.errors import BadOOF
from oof.scores import average_precision_at_3, paired_bootstrap
from stacking.balance.labels import Balance, balanced_labels
from stacking.columns import Floats, Labels


@dataclass(frozen=True)
class Gain:
    """MAP@3 of the same `rows` drawings, and the 95 % interval of the difference by paired bootstrap."""

    rows: int
    before: float
    after: float
    low: float
    high: float

    def __str__(self) -> str:
        return (
            f"MAP@3 {self.before:.4f} → {self.after:.4f} ({self.after - self.before:+.4f}, 95 % interval "
            f"{self.low:+.4f} to {self.high:+.4f}) on {self.rows:,} out-of-fold drawings, equally many of each class"
        )


def gain_on_equal_classes(probabilities: Floats, labels: Labels, balance: Balance, seed: int = 0) -> Gain:
    """From (N, C) and (N,), on as many rows of each class, drawn by `seed`, as the rarest has.

    Raises `BadOOF` where a class has no row.
    """
    counts = np.bincount(labels, minlength=probabilities.shape[1])
    if counts.min() == 0:
        raise BadOOF(f"Expected rows of every class to balance, received none of class {counts.argmin()}.")
    order = np.random.default_rng(seed).permutation(len(labels))
    by_class = np.split(order[np.argsort(labels[order], kind="stable")], np.cumsum(counts)[:-1])
    rows = np.concatenate([of_class[: counts.min()] for of_class in by_class])
    before = average_precision_at_3(probabilities[rows], labels[rows])
    after = (balanced_labels(probabilities[rows], balance) == labels[rows, None]) @ (1 / np.arange(1, 4))
    _, low, high = paired_bootstrap(after, before, seed)
    return Gain(len(rows), float(before.mean()), float(after.mean()), low, high)
