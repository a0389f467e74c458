"""Blends: the base models' probabilities combined by a formula, the same for every drawing."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from stacking.block_sums import block_sums
from stacking.columns import Floats, Groups, Labels, blocks, log_of, normalised, softmax, to_errors
from stacking.stacker import Stacker

CONVERGED = 1e-7  # nats, times the log loss: a step of less ends the search for weights
ENOUGH_ROWS = 5_000  # for a number a model; × 5 models × 340 classes × 4 bytes = 34 MB


class SingleModel(Stacker):
    """One base model alone, the one at place `model`: what every blend has to beat."""

    kind = "model"

    def __init__(self, model: int = 0, n_models: int = 1, n_classes: int | None = None) -> None:
        self.model = model
        self.n_models = n_models
        self.n_classes = n_classes

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        """Nothing to learn."""

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        return normalised(probabilities[:, self.model])


class MeanBlend(Stacker):
    """The arithmetic mean of the models' probabilities."""

    kind = "blend"

    def __init__(self, n_models: int = 1, n_classes: int | None = None) -> None:
        self.n_models = n_models
        self.n_classes = n_classes

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        """Nothing to learn."""

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        return normalised(probabilities.mean(axis=1))


class GeometricBlend(MeanBlend):
    """The geometric mean of the models' probabilities, brought to sum 1: the mean of their logits."""

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        return softmax(log_of(probabilities).mean(axis=1))


class WeightedBlend(Stacker):
    """The weighted geometric mean, softmax of sum over m of w_m log p_m, with the w_m >= 0 of least log loss.

    The weights need not sum to 1, so they also undo what all models have in excess or want of confidence
    (a temperature). The log loss is convex in them. This is the logarithmic opinion pool of Genest and
    Zidek, Statistical Science 1 (1986), 114–135.
    """

    kind = "blend"
    _arrays = ("weights_",)

    def __init__(self, n_models: int = 1, n_classes: int | None = None) -> None:
        self.n_models = n_models
        self.n_classes = n_classes

    @staticmethod
    def scores(probabilities: Floats, weights: Floats) -> Floats:
        """(N, C) what the softmax is taken of, from (N, M, C) and (M,); other meta-models start from it."""
        return np.asarray(np.einsum("nmc,m->nc", log_of(probabilities), weights))

    @staticmethod
    def weights_of(probabilities: Floats, labels: Labels, rows: Labels | None = None) -> Floats:
        """(M,) the weights of least log loss on `rows`, by default all; of more than 5,000 that many are drawn."""
        rows = np.arange(len(labels)) if rows is None else rows
        if len(rows) > ENOUGH_ROWS:
            rows = rows[np.random.default_rng(0).choice(len(rows), ENOUGH_ROWS, replace=False)]
        labels, logs = labels[rows], np.empty((len(rows), *probabilities.shape[1:]), np.float32)  # (n,), (n, M, C)
        for places in blocks(np.arange(len(rows))):
            logs[places] = log_of(probabilities[rows[places]])

        def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            given = weights.astype(np.float32)

            def of_block(rows: slice) -> tuple[float, NDArray[np.float64]]:
                error = np.einsum("nmc,m->nc", logs[rows], given)
                lost = to_errors(error, labels[rows])
                return lost, np.einsum("nc,nmc->nm", error, logs[rows]).sum(axis=0, dtype=np.float64)

            value, slope = block_sum(of_block, len(labels))
            return value / len(labels), slope / len(labels)

        models = probabilities.shape[1]
        start, bounds = np.full(models, 1 / models), [(0, None)] * models
        with block_sums() as block_sum:
            found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": CONVERGED})
        return np.asarray(found.x, np.float32)

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        self.weights_ = self.weights_of(probabilities, labels)

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        return softmax(self.scores(probabilities, self.weights_))
