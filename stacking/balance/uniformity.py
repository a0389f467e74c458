"""Whether a test set can hold equally many drawings of each class, judged by what is predicted for it.

Counting what comes first would not do: a class that is often taken for another comes first too seldom in a test set
of any kind. So what is predicted is held against what would be predicted for equally many drawings of each class, as
the out-of-fold rows, whose classes are known, tell: the mean over the classes of their mean probabilities. That needs
no calibrated model, only that drawings of a class look alike in both sets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from ground.errors import BadOOF, BadSettings
from stacking.columns import Floats, Labels

KNOWN_ROWS = 100_000  # enough to know 340 classes by; × 340 × 8 bytes = 272 MB
LEAST_DRAWINGS = 5  # a class; below, a chi-square says nothing
LEAST_CHANCE = 1e-3  # a uniform test set is refused once in a thousand times
WAY_OUT = "Turn balancing off (--balance off), or add --assume-uniform where you know better."


@dataclass(frozen=True, eq=False)
class Uniformity:
    """What is predicted for n drawings, and what would be, were their C classes equally frequent."""

    predicted: NDArray[np.float64]  # (C,) drawings: the sum of the probabilities
    expected: NDArray[np.float64]  # (C,) drawings
    chi_square: float
    degrees: float  # of freedom
    chance: float  # of a chi-square as large, were the classes equally frequent: the p-value


def uniformity(probabilities: Floats, known: Floats, labels: Labels) -> Uniformity:
    """From those of the test set (n, C), and of rows (N, C) whose classes `labels` (N,) are known.

    Pearson's chi-square of the summed probabilities. What these vary by is not what counts vary by: they vary with
    which classes were drawn, blurred by how far the model tells them apart, and with the known rows, which are a
    sample too. Their covariance holds both, and the chi-square is corrected by it to second order (Rao and Scott,
    Annals of Statistics 12 (1984), 46–60). As they are sums of probabilities, the mean of several folds' models may be
    held against single ones. A set of exactly equal counts varies less than one drawn at random from equally
    frequent classes, which is what the chance is of: both pass. Raises `BadOOF` where a class has no 2 known rows.
    """
    rows, classes = probabilities.shape
    if len(labels) > KNOWN_ROWS:
        drawn = np.random.default_rng(0).choice(len(labels), KNOWN_ROWS, replace=False)
        known, labels = known[drawn], labels[drawn]
    shares = np.bincount(labels, minlength=classes)  # (C,) known rows
    if shares.min() < 2:
        raise BadOOF(f"Expected 2 known rows of every class or more, received {shares.min()} of one. Train on more.")
    of_class = np.zeros((classes, classes))
    np.add.at(of_class, labels, known)
    of_class /= shares[:, None]  # mean probabilities of a drawing of the class
    expected = np.maximum(of_class.mean(axis=0), 1e-9)  # (C,) no share is 0, as it divides
    difference = probabilities.mean(axis=0, dtype=np.float64) - expected
    from_test = (probabilities - probabilities.mean(axis=0)) / rows
    from_known = (known - of_class[labels]) / (classes * np.sqrt(shares * (shares - 1.0)))[labels][:, None]
    covariance = (from_test.T @ from_test + from_known.T @ from_known) / np.sqrt(np.outer(expected, expected))
    trace, squares = np.trace(covariance), (covariance**2).sum()  # of the eigenvalues: sum, and sum of squares
    chi_square, degrees = (difference**2 / expected).sum() * trace / squares, trace**2 / squares
    chance = float(chi2.sf(chi_square, degrees))
    return Uniformity(probabilities.sum(axis=0), rows * expected, float(chi_square), float(degrees), chance)


def require_uniform(probabilities: Floats, known: Floats, labels: Labels, classes: Sequence[str]) -> Uniformity:
    """Raises `BadSettings` where nothing says that the test set has equally many drawings of each class.

    That is where what is predicted speaks against it, and where there are fewer than 5 drawings a class to tell.
    """
    if len(probabilities) < LEAST_DRAWINGS * len(classes):
        raise BadSettings(
            f"Expected {LEAST_DRAWINGS} test drawings or more for each of {len(classes)} classes, received "
            f"{len(probabilities):,} in all: too few to see whether the classes are equally frequent. {WAY_OUT}"
        )
    found = uniformity(probabilities, known, labels)
    if found.chance < LEAST_CHANCE:
        worst = int(np.abs(np.log(np.maximum(found.predicted, 1e-9) / found.expected)).argmax())
        raise BadSettings(
            f"Expected a test set of equally many drawings of each class, received one that is predicted otherwise "
            f"(chi-square {found.chi_square:,.0f} on {found.degrees:.0f} degrees of freedom, p = {found.chance:.1g}); "
            f"farthest is {classes[worst]}: {found.predicted[worst]:,.0f} drawings, "
            f"{found.expected[worst]:,.0f} if it were so. {WAY_OUT}"
        )
    return found
