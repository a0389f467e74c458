"""What a method says of rows that it was not fitted on."""

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadSettings, ClassMismatch
from stacking.columns import Floats, Labels
from stacking.shared_fits import fitted_copy
from stacking.stacker import Stacker


def cross_predicted(
    estimator: Stacker,
    X: Floats,  # noqa: N803
    y: Labels,
    folds: NDArray[np.int64],
) -> Floats:
    """(N, C) each fold's probabilities by a fresh copy of `estimator`, fitted on the other folds.

    Raises `BadSettings` for fewer than two folds, `ClassMismatch` where a fold lacks a class and n_classes isn't given.
    """
    present = np.unique(folds)
    if len(present) < 2:
        raise BadSettings(f"Expected rows of 2 folds or more, received only fold {present.tolist()}. Use more folds.")
    answers = {}
    for fold in present:
        fitted = fitted_copy(estimator, X, y, np.flatnonzero(folds != fold), folds)
        answers[fold] = fitted.predict_proba(X[folds == fold])
    widths = {answer.shape[1] for answer in answers.values()}
    if len(widths) > 1 or max(widths) <= y.max():
        raise ClassMismatch(f"Expected all classes from every fold, received {sorted(widths)}. Give n_classes.")
    probabilities = np.empty((len(y), widths.pop()), np.float32)
    for fold, answer in answers.items():
        probabilities[folds == fold] = answer
    return probabilities
