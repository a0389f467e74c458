"""A stacker over calibrated base models."""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from ground.arrays import read_npz
from ground.errors import BadSettings
from stacking.calibration import Calibration, TemperatureScaling, VectorScaling
from stacking.columns import Floats, Groups, Labels, matrix_of, split_columns
from stacking.stacker import Stacker
from stacking.wrapped import WrappedStacker

By = Literal["temperature", "vector"]
CALIBRATIONS: dict[str, type[Calibration]] = {"temperature": TemperatureScaling, "vector": VectorScaling}
FILE = "calibration.npz"


class CalibratedStacker(WrappedStacker):
    """`stacker` over each base model's probabilities as a temperature, or two numbers a class, bring them to be true.

    Both are fitted on the same rows. Raises `BadSettings` without a stacker and for another way to calibrate.
    """

    kind = "meta"

    def __init__(
        self, stacker: Stacker | None = None, by: By = "temperature", n_models: int = 1, n_classes: int | None = None
    ) -> None:
        self.stacker = stacker
        self.by = by
        self.n_models = n_models
        self.n_classes = n_classes

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        if self.stacker is None or self.by not in CALIBRATIONS:
            raise BadSettings(
                f"Expected a stacker and one of {', '.join(CALIBRATIONS)}, received {self.stacker} and {self.by!r}."
            )
        X, classes = matrix_of(probabilities, statistics), probabilities.shape[2]  # noqa: N806
        self.calibration_ = CALIBRATIONS[self.by](self.n_models, classes).fit(X, labels)
        self.stacker_ = self._fitted(self.calibration_.transform(X), labels, groups, classes)

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        calibrated = self.calibration_.transform(matrix_of(probabilities, statistics))
        return super()._probabilities(*split_columns(calibrated, *probabilities.shape[1:]))

    def _save_more(self, folder: Path) -> None:
        super()._save_more(folder)
        fitted = self.calibration_
        np.savez(folder / FILE, slopes_=fitted.slopes_, shifts_=fitted.shifts_)

    def _load_more(self, folder: Path) -> None:
        super()._load_more(folder)
        arrays: dict[str, Any] = read_npz(folder / FILE)
        self.calibration_ = CALIBRATIONS[self.by](self.n_models, len(self.classes_))
        self.calibration_.classes_, self.calibration_.n_features_in_ = self.classes_, self.n_features_in_
        self.calibration_.slopes_, self.calibration_.shifts_ = arrays["slopes_"], arrays["shifts_"]
