"""Multinomial logistic regression that starts from given scores."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from stacking.block_sums import block_sums
from stacking.columns import Floats, Labels, to_errors

CONVERGED = 1e-4  # times the log loss: a step of less ends the fit


def logistic_matrix(
    inputs: Floats, start: Floats, labels: Labels, penalty: float, iterations: int, first: Floats | None = None
) -> Floats:
    """(D, C) V of least log loss of softmax(start + inputs V), under a Gaussian prior of variance 1 / `penalty`.

    `inputs` (N, D), `start` (N, C); with an infinite penalty V is 0. The search, at the most `iterations` steps of
    L-BFGS, begins at `first` (D, C), by default at 0: what another penalty gave is near. A column of zeros, such as
    the sign that a statistic is unknown where all are known, keeps zeros in V and takes no time.
    """
    found = np.zeros((inputs.shape[1], start.shape[1]), np.float32)
    if np.isinf(penalty):
        return found
    used = inputs.any(axis=0)
    inputs = inputs if used.all() else inputs[:, used]
    shape = inputs.shape[1], start.shape[1]
    count, strength = len(labels), penalty / len(labels)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix = flat.reshape(shape).astype(np.float32)

        def of_block(rows: slice) -> tuple[float, NDArray[np.float64]]:
            error = inputs[rows] @ matrix
            error += start[rows]
            lost = to_errors(error, labels[rows])
            return lost, (inputs[rows].T @ error).astype(np.float64)

        value, slope = block_sum(of_block, count)
        return value / count + strength / 2 * (flat @ flat), slope.ravel() / count + strength * flat

    begin = np.zeros(shape) if first is None else first[used].astype(np.float64)
    options = {"maxiter": iterations, "ftol": CONVERGED}
    with block_sums() as block_sum:
        found[used] = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options=options).x.reshape(shape)
    return found
