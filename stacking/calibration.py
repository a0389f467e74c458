"""Calibration: each model's probabilities brought to say how often it is right, before anything is stacked on them."""

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, minimize_scalar
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from stacking.columns import Floats, Labels, log_of, softmax, split_columns, to_errors
from stacking.matrices import classes_and_labels, matrix_to_answer, matrix_to_fit

LEAST_KNOWN = 6e-8  # what a float16 rounds to 0 may have been as much; logarithms begin here
HOTTEST = 20.0  # temperatures are looked for from 1/20 to 20


class Calibration(OneToOneFeatureMixin, TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """Base of both: softmax(slope * log p + shift) for each of M models, with the least log loss on the fitted rows.

    X is what blends and meta-models take, (N, M * C + F), and so is what `transform` gives; statistics pass as they
    are. With `n_models` 1 and no statistics it calibrates one matrix (N, C). `n_classes` is as in `Stacker`. Fitted
    on `rows` drawings at the most, drawn by `seed`. Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural
    Networks, ICML 2017.
    """

    n_models: int
    n_classes: int | None
    rows: int
    seed: int

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803
        matrix, y = matrix_to_fit(self, X, y)
        self.classes_, labels = classes_and_labels(y, self.n_classes)
        probabilities, _ = split_columns(matrix, self.n_models, len(self.classes_))
        if len(labels) > self.rows:
            rows = np.random.default_rng(self.seed).choice(len(labels), self.rows, replace=False)
            probabilities, labels = probabilities[rows], labels[rows]
        logs = (log_of(probabilities[:, model], LEAST_KNOWN) for model in range(self.n_models))
        slopes, shifts = zip(*(self._learned(of_model, labels) for of_model in logs), strict=True)
        self.slopes_, self.shifts_ = np.stack(slopes), np.stack(shifts)
        return self

    def transform(self, X: ArrayLike) -> Floats:  # noqa: N803
        """(N, M * C + F), each model's probabilities of sum 1."""
        check_is_fitted(self, "slopes_")
        answer, classes = matrix_to_answer(self, X).copy(), len(self.classes_)
        probabilities, _ = split_columns(answer, self.n_models, classes)
        for model, (slope, shift) in enumerate(zip(self.slopes_, self.shifts_, strict=True)):
            columns = slice(model * classes, (model + 1) * classes)
            answer[:, columns] = softmax(slope * log_of(probabilities[:, model], LEAST_KNOWN) + shift)
        return answer

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    @abstractmethod
    def _learned(self, logs: Floats, labels: Labels) -> tuple[Floats, Floats]:
        """Slope and shift of one model, (1,) or (C,) each, from its log probabilities (N, C)."""


class TemperatureScaling(Calibration):
    """One number a model: softmax(log p / temperature). It changes how sure a model is and never its order."""

    def __init__(
        self,
        n_models: int = 1,
        n_classes: int | None = None,
        rows: int = 50_000,  # one number needs no more; × 340 classes × 4 bytes = 68 MB
        seed: int = 0,
    ) -> None:
        self.n_models = n_models
        self.n_classes = n_classes
        self.rows = rows
        self.seed = seed

    @property
    def temperatures_(self) -> Floats:
        """(M,) above 1 for a model that was too sure of itself."""
        check_is_fitted(self, "slopes_")
        return np.asarray(1 / self.slopes_[:, 0], np.float32)

    def _learned(self, logs: Floats, labels: Labels) -> tuple[Floats, Floats]:
        return np.array([_sharpness(logs, labels)], np.float32), np.zeros(1, np.float32)


class VectorScaling(Calibration):
    """Two numbers a model and class: softmax(slope_c * log p_c + shift_c), which also mends what it says too often.

    All are drawn towards the model's temperature (slopes) and 0 (shifts) by a Gaussian prior of variance 1 /
    `penalty`, in rows: 28 drawings of a class cannot teach two numbers. With 0 it is Guo's, without a prior.
    """

    def __init__(
        self,
        n_models: int = 1,
        n_classes: int | None = None,
        penalty: float = 10.0,
        iterations: int = 100,  # of L-BFGS at the most
        rows: int = 100_000,  # × 340 classes × 4 bytes = 136 MB
        seed: int = 0,
    ) -> None:
        self.n_models = n_models
        self.n_classes = n_classes
        self.penalty = penalty
        self.iterations = iterations
        self.rows = rows
        self.seed = seed

    def _learned(self, logs: Floats, labels: Labels) -> tuple[Floats, Floats]:
        start = _sharpness(logs, labels)

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            change, shift = flat.reshape(2, -1).astype(np.float32)  # (C,) each
            error = (start + change) * logs + shift  # (N, C)
            value = to_errors(error, labels)
            slope = np.concatenate([np.einsum("nc,nc->c", error, logs), error.sum(axis=0)]) + self.penalty * flat
            return float(value + self.penalty / 2 * (flat @ flat)) / len(labels), slope / len(labels)

        nothing = np.zeros(2 * logs.shape[1])
        found = minimize(loss, nothing, jac=True, method="L-BFGS-B", options={"maxiter": self.iterations})
        change, shift = found.x.reshape(2, -1).astype(np.float32)
        return start + change, shift


def _sharpness(logs: Floats, labels: Labels) -> np.float32:
    """1 / temperature."""

    def loss(log_sharpness: float) -> float:
        return to_errors(np.float32(np.exp(log_sharpness)) * logs, labels) / len(labels)

    bounds = (-np.log(HOTTEST), np.log(HOTTEST))
    return np.float32(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-3}).x))
