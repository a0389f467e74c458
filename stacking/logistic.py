"""Multinomial logistic regression that starts from given scores."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from stacking.columns import Floats, Labels, softmax

CONVERGED = 1e-5  # times the log loss: a step of less ends the fit


def logistic_matrix(
    inputs: Floats, start: Floats, labels: Labels, penalty: float, iterations: int, first: Floats | None = None
) -> Floats:
    """(D, C) V of least log loss of softmax(start + inputs V), under a Gaussian prior of variance 1 / `penalty`.

    `inputs` (N, D), `start` (N, C); with an infinite penalty V is 0. The search, at the most `iterations` steps of
    L-BFGS, begins at `first` (D, C), by default at 0: what another penalty gave is near.
    """
    shape = inputs.shape[1], start.shape[1]
    if np.isinf(penalty):
        return np.zeros(shape, np.float32)
    places, strength = np.arange(len(labels)), penalty / len(labels)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix = flat.reshape(shape).astype(np.float32)
        error = softmax(start + inputs @ matrix)  # (N, C)
        value = -np.log(np.maximum(error[places, labels], 1e-30)).mean(dtype=np.float64)
        error[places, labels] -= 1
        slope = inputs.T @ error / len(labels) + strength * matrix
        return float(value + strength / 2 * (flat @ flat)), slope.ravel().astype(np.float64)

    begin = np.zeros(shape) if first is None else first.astype(np.float64)
    options = {"maxiter": iterations, "ftol": CONVERGED}
    found = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, np.float32).reshape(shape)
