"""The one matrix that meta-models take: the base models' probabilities side by side, then the statistics."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadOOF

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]  # places in the class list
Groups = NDArray[np.int64] | None  # each row's fold of the base models, where it is known

BLOCK = 250  # rows; × 5 models × 340 classes × 4 bytes = 1.7 MB, which a core caches and malloc gives back
LEAST_PROBABILITY = 1e-5  # one model's rounded 0 should not veto what all the others say


def join_columns(probabilities: Sequence[Floats], statistics: Floats | None = None) -> Floats:
    """X (N, M * C + F) float32 of M models' probabilities (N, C) and F statistics (N, F)."""
    shapes = {part.shape for part in probabilities}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2:
        raise BadOOF(f"Expected (N, C) probabilities of one shape from 1 model or more, received {sorted(shapes)}.")
    parts = [*probabilities] if statistics is None else [*probabilities, statistics]
    if len({len(part) for part in parts}) != 1:
        raise BadOOF(f"Expected the same rows in all parts, received {[len(part) for part in parts]} rows.")
    return np.hstack(parts).astype(np.float32, copy=False)


def split_columns(
    X: Floats,  # noqa: N803
    n_models: int,
    n_classes: int,
) -> tuple[Floats, Floats]:
    """Views of X: probabilities (N, M, C) and statistics (N, F).

    Raises `BadOOF` where X is too narrow, where a probability is NaN, infinite or negative, or where a model gives
    none to any class; statistics may be NaN.
    """
    width = n_models * n_classes
    if X.ndim != 2 or X.shape[1] < width:
        raise BadOOF(
            f"Expected X of {n_models} models × {n_classes} classes = {width} columns or more (statistics), "
            f"received {X.shape}. Give n_models and n_classes as `join_columns` joined them."
        )
    probabilities = X[:, :width].reshape(len(X), n_models, n_classes)  # (N, M, C)
    total = probabilities.sum(axis=2)  # (N, M)
    bad = ~(np.isfinite(total) & (total > 0)).all(axis=1) | (probabilities.min(axis=(1, 2), initial=0) < 0)
    if bad.any():
        raise BadOOF(
            f"Expected probabilities of all models in every row, received NaN, infinite, negative or only zeros in "
            f"{bad.sum():,} of {len(X):,} rows, first row {bad.argmax()}. Leave out rows that are not predicted."
        )
    return probabilities, X[:, width:]


def matrix_of(probabilities: Floats, statistics: Floats) -> Floats:
    """X (N, M * C + F) again, of what `split_columns` parted."""
    return np.hstack([probabilities.reshape(len(probabilities), -1), statistics])


def blocks(rows: Labels) -> Iterator[Labels]:
    """`rows` in order, `BLOCK` of them at a time, the last time fewer."""
    for first in range(0, len(rows), BLOCK):
        yield rows[first : first + BLOCK]


def log_of(probabilities: Floats, least: float = LEAST_PROBABILITY) -> Floats:
    """Natural logarithms, of `least` where a probability is less."""
    raised = np.maximum(probabilities, np.float32(least))
    return np.log(raised, out=raised)


def softmax(scores: Floats) -> Floats:
    """(N, C) probabilities of sum 1 from scores (N, C)."""
    raised = scores - scores.max(axis=1, keepdims=True)
    np.exp(raised, out=raised)  # in place: at 100,000 rows of 340 classes each array is 136 MB, in every step of a fit
    raised /= raised.sum(axis=1, keepdims=True)
    return raised.astype(np.float32, copy=False)  # type: ignore[no-any-return]


def to_errors(scores: Floats, labels: Labels) -> float:
    """The log loss of scores (n, C), summed; they become in place the probabilities, less 1 at the true class."""
    rows = np.arange(len(labels))
    scores -= scores.max(axis=1, keepdims=True)
    true = scores[rows, labels]
    np.exp(scores, out=scores)
    sums = scores.sum(axis=1)
    scores /= sums[:, None]
    scores[rows, labels] -= 1
    return float((np.log(sums) - true).sum(dtype=np.float64))


def normalised(amounts: Floats) -> Floats:
    """(N, C) probabilities of sum 1 from amounts (N, C) of 0 or more, not all 0 in a row."""
    return amounts / amounts.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]
