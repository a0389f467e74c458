"""What probabilities are worth: MAP@3 (the competition's measure), accuracy, log loss, and how sure that is."""

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadOOF
from oof.ranking import rank_of

LEAST_PROBABILITY = 1e-7  # below it, a single row would decide the log loss


def average_precision_at_3(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N,) 1, 1/2 or 1/3 where the true class comes first, second or third, else 0; ties go to the lower class.

    With one true class a row this is the average precision at 3 of the competition, whose mean is MAP@3.
    Raises `BadOOF` where a probability is NaN.
    """
    ranks = rank_of(_checked(probabilities, labels), np.asarray(labels, np.int64))
    return np.where(ranks <= 3, 1.0 / ranks, 0.0)


def map_at_3(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Mean average precision at 3, 0 to 1; raises `BadOOF` where a probability is NaN."""
    return float(average_precision_at_3(probabilities, labels).mean())


def accuracy(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The share of rows whose true class comes first; raises `BadOOF` where a probability is NaN."""
    return float((rank_of(_checked(probabilities, labels), np.asarray(labels, np.int64)) == 1).mean())


def log_loss(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Mean of -log p of the true class in nats, p at least 1e-7; raises `BadOOF` where a probability is NaN."""
    own = _checked(probabilities, labels)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(own, LEAST_PROBABILITY)).mean())


def interval(values: NDArray[np.float64], seed: int = 0, rounds: int = 1000) -> tuple[float, float]:
    """The bootstrap's 95 % interval of the mean of `values` (N,).

    Resampling N rows is drawing how often each different value occurs, so a round costs as many numbers as
    there are different values (4 for average precision at 3) and not N: the same distribution, at any N.
    """
    different, counts = np.unique(values, return_counts=True)
    draws = np.random.default_rng(seed).multinomial(len(values), counts / len(values), size=rounds)
    low, high = np.quantile(draws @ different / len(values), [0.025, 0.975])
    return float(low), float(high)


def paired_bootstrap(
    a: NDArray[np.float64], b: NDArray[np.float64], seed: int = 0, rounds: int = 1000
) -> tuple[float, float, float]:
    """The mean of `a` - `b` over the same rows (N,), and the low and high end of its 95 % interval."""
    low, high = interval(a - b, seed, rounds)
    return float((a - b).mean()), low, high


def _checked(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    if probabilities.ndim != 2 or len(probabilities) != len(labels) or len(labels) == 0:
        received = f"{probabilities.shape} for {len(labels)} labels"
        raise BadOOF(f"Expected (N, C) probabilities and N labels, N of 1 or more; received {received}.")
    if np.min(labels) < 0 or np.max(labels) >= probabilities.shape[1]:
        received = f"{np.min(labels)} to {np.max(labels)}"
        raise BadOOF(f"Expected labels from 0 to {probabilities.shape[1] - 1} (the classes), received {received}.")
    missing = np.asarray(np.isnan(probabilities).any(axis=1))
    if missing.any():
        raise BadOOF(
            f"Expected probabilities in every row, received NaN in {missing.sum():,} of {len(missing):,} rows, "
            f"first in row {missing.argmax()}: not predicted yet. Predict them, or score the others alone."
        )
    return np.ascontiguousarray(probabilities)
