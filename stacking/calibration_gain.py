"""What calibration does to each base model: its reliability before and after, on rows that it was not fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oof.scores import log_loss
from stacking.calibrated import CALIBRATIONS, By
from stacking.columns import Floats, Labels, split_columns
from stacking.reliability import reliability


@dataclass(frozen=True)
class CalibrationGain:
    """Of one base model."""

    name: str
    by: str
    error_before: float  # expected calibration error, 0 to 1
    error_after: float
    log_loss_before: float  # nats
    log_loss_after: float


def calibration_gains(
    X: Floats,  # noqa: N803
    y: Labels,
    folds: NDArray[np.int64],
    models: Sequence[str],
    n_classes: int,
    by: By = "temperature",
) -> tuple[CalibrationGain, ...]:
    """Of each of M models in X (N, M * C + F), each fold (N,) calibrated by what was fitted on all others."""
    before, _ = split_columns(X, len(models), n_classes)  # (N, M, C)
    after = np.empty_like(before)
    for fold in np.unique(folds):
        own = folds == fold
        fitted = CALIBRATIONS[by](len(models), n_classes).fit(X[~own], y[~own])
        after[own] = split_columns(fitted.transform(X[own]), len(models), n_classes)[0]
    return tuple(
        CalibrationGain(
            name=name,
            by=by,
            error_before=reliability(before[:, place], y).expected_calibration_error,
            error_after=reliability(after[:, place], y).expected_calibration_error,
            log_loss_before=log_loss(before[:, place], y),
            log_loss_after=log_loss(after[:, place], y),
        )
        for place, name in enumerate(models)
    )
