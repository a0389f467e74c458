"""A linear correction of the blend: how the statistics, and the models' other probabilities, bear on each class."""

from numbers import Real
from pathlib import Path
from typing import Literal, Self

import numpy as np

from ground.errors import BadSettings
from stacking.basis import StatisticsBasis
from stacking.columns import Floats, Groups, Labels
from stacking.linear_fits import LinearFits, linear_answer
from stacking.penalty import chosen_penalty
from stacking.stacker import Stacker


class LinearStacker(Stacker):
    """softmax(weighted blend + Z V): multinomial logistic regression with the blend as its starting point.

    Z (N, D) are the statistics on a basis of steps and, with `confusions`, the M * C probabilities, which tell
    that a cat by the first model and a dog by the second is most often a fox. V (D, C) is drawn towards 0 by a
    Gaussian prior of variance 1 / `penalty` (in rows: the more drawings, the less it weighs), so that what few
    drawings cannot teach is left as the blend has it; infinite, it leaves all as the blend has it. "auto" chooses it
    by cross-validation over the rows; what was taken is in `penalty_`. Fitted on `rows` drawings at the most, drawn
    by `seed`. Raises `BadSettings` for a penalty that is neither.
    """

    kind = "meta"
    penalty_: float
    _arrays = ("penalty_", "weights_", "matrix_", "centre_", "scale_", "thresholds_")

    def __init__(
        self,
        n_models: int = 1,
        n_classes: int | None = None,
        penalty: float | Literal["auto"] = "auto",  # rows
        categorical: bool = False,  # whether the last statistic is a category's number, which is left out here
        confusions: bool = False,  # four times the time at 340 classes, for a gain within the noise there
        iterations: int = 60,  # of L-BFGS at the most; at 340 real classes, 200 give the same
        rows: int = 100_000,  # 100,000 × 2,000 columns × 4 bytes = 0.8 GB
        seed: int = 0,
    ) -> None:
        self.n_models = n_models
        self.n_classes = n_classes
        self.penalty = penalty
        self.categorical = categorical
        self.confusions = confusions
        self.iterations = iterations
        self.rows = rows
        self.seed = seed

    def fit_rows(
        self, probabilities: Floats, statistics: Floats, labels: Labels, rows: Labels, groups: Groups = None
    ) -> Self:
        """As `fit`, on `rows` (n,) of what is parted and checked already, (N, M, C), (N, F) and (N,), without a copy.

        `groups` (N,) as in `fit`; labels are places in the class list.
        """
        self.classes_ = np.arange(probabilities.shape[2])
        self.n_features_in_ = probabilities.shape[1] * probabilities.shape[2] + statistics.shape[1]
        self._learn_rows(probabilities, statistics, labels, rows, groups)
        return self

    def answer(self, probabilities: Floats, statistics: Floats) -> Floats:
        """As `predict_proba`: (N, C) of what is parted already, (N, M, C) and (N, F)."""
        return self._probabilities(probabilities, statistics)

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        self._learn_rows(probabilities, statistics, labels, np.arange(len(labels)), groups)

    def _learn_rows(
        self, probabilities: Floats, statistics: Floats, labels: Labels, rows: Labels, groups: Groups
    ) -> None:
        if self.penalty != "auto" and not (isinstance(self.penalty, Real) and self.penalty >= 0):
            raise BadSettings(f"Expected a penalty of 0 rows or more, or 'auto', received {self.penalty!r}.")
        statistics = self._numbers(statistics)
        if len(rows) > self.rows:
            rows = rows[np.random.default_rng(self.seed).choice(len(rows), self.rows, replace=False)]
        given = probabilities, statistics, labels, rows, self.confusions, self.iterations
        if self.penalty == "auto":
            taken = chosen_penalty(*given, self.seed, None if groups is None else groups[rows])
        else:
            taken = float(self.penalty)
        fits = LinearFits(*given)
        self.penalty_, self.weights_, self.matrix_ = taken, fits.weights, fits.matrix(taken)
        self.centre_, self.scale_, self.thresholds_ = fits.basis.centre, fits.basis.scale, fits.basis.thresholds

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        basis = StatisticsBasis(self.centre_, self.scale_, self.thresholds_)
        answer = np.empty((len(probabilities), probabilities.shape[2]), np.float32)
        for first in range(0, len(answer), self.rows):  # as much memory as fitting takes, however many rows
            part = slice(first, first + self.rows)
            given = probabilities[part], self._numbers(statistics[part]), self.weights_, basis, self.matrix_
            answer[part] = linear_answer(*given, self.confusions)
        return answer

    def _numbers(self, statistics: Floats) -> Floats:
        return statistics[:, :-1] if self.categorical else statistics

    def _load_more(self, folder: Path) -> None:
        self.penalty_ = float(self.penalty_)
