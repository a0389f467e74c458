"""A linear correction of the blend: how the statistics, and the models' other probabilities, bear on each class."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from stacking.basis import StatisticsBasis
from stacking.blends import WeightedBlend
from stacking.columns import Floats, Labels, softmax
from stacking.shared_fits import shared_fit
from stacking.stacker import Stacker


class LinearStacker(Stacker):
    """softmax(weighted blend + Z V): multinomial logistic regression with the blend as its starting point.

    Z (N, D) are the statistics on a basis of steps and, with `confusions`, the M * C probabilities, which tell
    that a cat by the first model and a dog by the second is most often a fox. V (D, C) is drawn towards 0 by a
    Gaussian prior of variance 1 / `penalty` (in rows: the more drawings, the less it weighs), so that what few
    drawings cannot teach is left as the blend has it. Fitted on `rows` drawings at the most, drawn by `seed`.
    """

    kind = "meta"
    _arrays = ("weights_", "matrix_", "centre_", "scale_", "thresholds_")

    def __init__(
        self,
        n_models: int = 1,
        n_classes: int | None = None,
        penalty: float = 10.0,  # rows; log loss at 21 real classes: 0.456 with 2, 0.430 with 5, 0.423 with 10
        confusions: bool = False,  # four times the time at 340 classes, for a gain within the noise there
        iterations: int = 60,  # of L-BFGS at the most; at 340 real classes, 200 give the same
        rows: int = 100_000,  # 100,000 × 2,000 columns × 4 bytes = 0.8 GB
        seed: int = 0,
    ) -> None:
        self.n_models = n_models
        self.n_classes = n_classes
        self.penalty = penalty
        self.confusions = confusions
        self.iterations = iterations
        self.rows = rows
        self.seed = seed

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels) -> None:
        if len(labels) > self.rows:
            rows = np.random.default_rng(self.seed).choice(len(labels), self.rows, replace=False)
            probabilities, statistics, labels = probabilities[rows], statistics[rows], labels[rows]
        settings = (type(self).__name__, *sorted(self.get_params().items()))
        rows_fitted = (probabilities, statistics, labels)
        learned = shared_fit(settings, rows_fitted, lambda: self._learned(*rows_fitted))
        for name, array in zip(self._arrays, learned, strict=True):
            setattr(self, name, array)

    def _learned(self, probabilities: Floats, statistics: Floats, labels: Labels) -> tuple[Floats, ...]:
        """What `_arrays` names."""
        weights, basis = WeightedBlend.weights_of(probabilities, labels), StatisticsBasis.of(statistics)
        inputs, start = self._inputs(basis, probabilities, statistics), WeightedBlend.scores(probabilities, weights)
        matrix = _fitted(inputs, start, labels, self.penalty, self.iterations).reshape(-1, probabilities.shape[2])
        return weights, matrix, basis.centre, basis.scale, basis.thresholds

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        basis = StatisticsBasis(self.centre_, self.scale_, self.thresholds_)
        answer = np.empty((len(probabilities), probabilities.shape[2]), np.float32)
        for first in range(0, len(answer), self.rows):  # as much memory as fitting takes, however many rows
            part = slice(first, first + self.rows)
            inputs = self._inputs(basis, probabilities[part], statistics[part])
            start = WeightedBlend.scores(probabilities[part], self.weights_)
            answer[part] = softmax(start + inputs @ self.matrix_)
        return answer

    def _inputs(self, basis: StatisticsBasis, probabilities: Floats, statistics: Floats) -> Floats:
        columns = basis.expand(statistics)
        if not self.confusions:
            return columns
        return np.hstack([columns, probabilities.reshape(len(probabilities), -1)])  # (N, D)


def _fitted(inputs: Floats, start: Floats, labels: Labels, penalty: float, iterations: int) -> Floats:
    """(D * C,) the matrix of least penalised log loss."""
    places, strength = np.arange(len(labels)), penalty / len(labels)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix = flat.reshape(inputs.shape[1], -1).astype(np.float32)
        error = softmax(start + inputs @ matrix)  # (N, C)
        value = -np.log(np.maximum(error[places, labels], 1e-30)).mean(dtype=np.float64)
        error[places, labels] -= 1
        slope = inputs.T @ error / len(labels) + strength * matrix
        return float(value + strength / 2 * (flat @ flat)), slope.ravel().astype(np.float64)

    nothing = np.zeros(inputs.shape[1] * start.shape[1])
    found = minimize(loss, nothing, jac=True, method="L-BFGS-B", options={"maxiter": iterations})
    return np.asarray(found.x, np.float32)
