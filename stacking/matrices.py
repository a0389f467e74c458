"""X and y as scikit-learn checks them, refused with errors of our own."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from ground.errors import BadOOF, ClassMismatch
from stacking.columns import Floats, Labels


def matrix_to_fit(
    estimator: BaseEstimator,
    X: ArrayLike,  # noqa: N803
    y: ArrayLike,
) -> tuple[Floats, NDArray[Any]]:
    """X (N, columns) as float32 and y (N,); `estimator` remembers the columns. Raises `BadOOF`."""
    matrix, labels = _validated(estimator, X, y=y)
    return matrix, labels


def matrix_to_answer(estimator: BaseEstimator, X: ArrayLike) -> Floats:  # noqa: N803
    """X (N, columns) as float32, of the columns that `estimator` was fitted on; raises `BadOOF`."""
    return np.asarray(_validated(estimator, X, reset=False))


def classes_and_labels(y: NDArray[Any], n_classes: int | None) -> tuple[NDArray[Any], Labels]:
    """(C,) the classes and (N,) the place of each label among them.

    With `n_classes`, y must hold places already, else the classes are those that occur. Raises `ClassMismatch`
    for other places, `BadOOF` for numbers that are no classes.
    """
    if n_classes is None:
        try:
            check_classification_targets(y)
        except ValueError as error:
            raise BadOOF(f"Expected y to hold classes, received others: {error}") from error
        classes, labels = np.unique(y, return_inverse=True)
        return classes, labels.astype(np.int64)
    if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= n_classes:
        received = f"{y.dtype} from {y.min()} to {y.max()}" if y.dtype.kind in "iu" else str(y.dtype)
        raise ClassMismatch(f"Expected whole labels from 0 to {n_classes - 1}, received {received}.")
    return np.arange(n_classes), y.astype(np.int64)


def _validated(estimator: BaseEstimator, X: ArrayLike, **given: Any) -> Any:  # noqa: N803
    """NaN is let through: among the statistics it means unknown, elsewhere `split_columns` refuses it."""
    try:
        return validate_data(estimator, X, dtype=np.float32, ensure_all_finite=False, **given)
    except ValueError as error:
        raise BadOOF(f"Expected rows of numbers as `join_columns` gives them, received others: {error}") from error
