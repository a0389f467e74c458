"""Multinomial logistic regression that starts from given scores of each row's likely classes."""

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import minimize

from stacking.block_sums import BlockSum, block_sums
from stacking.columns import Floats, Labels
from stacking.likely import LikelyClasses

CONVERGED = 1e-4  # times the log loss: a step of less ends the fit


def logistic_matrix(
    inputs: Floats,
    start: LikelyClasses,
    labels: Labels,
    penalty: float,
    iterations: int,
    first: Floats | None = None,
) -> Floats:
    """(D, C) V of least log loss of softmax(start + inputs V), under a Gaussian prior of variance 1 / `penalty`.

    `inputs` (N, D), `start` of N rows; the classes that are not among a row's likely ones count as one, of a score
    that V has no part in. With an infinite penalty V is 0. The search, at the most `iterations` steps of L-BFGS,
    begins at `first` (D, C), by default at 0: what another penalty gave is near. A column of zeros, such as the sign
    that a statistic is unknown where all are known, keeps zeros in V and takes no time.
    """
    found = np.zeros((inputs.shape[1], start.n_classes), np.float32)
    if np.isinf(penalty):
        return found
    used = inputs.any(axis=0)
    inputs = inputs if used.all() else np.ascontiguousarray(inputs[:, used])
    shape = start.n_classes, inputs.shape[1]
    count, strength = len(labels), penalty / len(labels)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, slope = _summed(block_sum, inputs, start, labels, flat.reshape(shape).astype(np.float32))
        return value / count + strength / 2 * float(flat @ flat), slope.ravel() / count + strength * flat

    begin = np.zeros(shape) if first is None else first[used].T.astype(np.float64)
    options = {"maxiter": iterations, "ftol": CONVERGED}
    with block_sums() as block_sum:
        lines = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options=options).x.reshape(shape)
    found[used] = lines.T
    return found


def logistic_loss(inputs: Floats, start: LikelyClasses, labels: Labels, matrix: Floats) -> float:
    """The log loss of softmax(start + inputs V), summed over the rows, where all unlikely classes count as one."""
    with block_sums() as block_sum:
        return _summed(block_sum, inputs, start, labels, np.ascontiguousarray(matrix.T))[0]


def _summed(
    block_sum: BlockSum, inputs: Floats, start: LikelyClasses, labels: Labels, lines: Floats
) -> tuple[float, NDArray[np.float64]]:
    """The log loss, and its slope (C, D) over the `lines` (C, D), V's columns."""

    def of_block(rows: slice) -> tuple[float, NDArray[np.float64]]:
        slope = np.zeros_like(lines)
        given = start.starts[rows.start : rows.stop + 1], start.classes, start.scores, start.others[rows], labels[rows]
        return _add_slope(slope, inputs[rows], lines, *given), slope.astype(np.float64)

    lost, slope = block_sum(of_block, len(labels))
    return float(lost), slope


@njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})  # type: ignore[misc]
def _add_slope(
    slope: Floats,
    inputs: Floats,
    lines: Floats,
    starts: NDArray[np.int64],
    classes: NDArray[np.int32],
    scores: Floats,
    others: Floats,
    labels: Labels,
) -> float:
    lost, width = 0.0, inputs.shape[1]
    raised = np.empty(len(lines), np.float32)
    for row in range(len(labels)):
        first, end = starts[row], starts[row + 1]
        true = highest = others[row]
        for at in range(first, end):
            score, c = scores[at], classes[at]
            for d in range(width):
                score += inputs[row, d] * lines[c, d]
            raised[at - first] = score
            highest = max(highest, score)
            if c == labels[row]:
                true = score
        total = np.exp(others[row] - highest)
        for at in range(end - first):
            raised[at] = np.exp(raised[at] - highest)
            total += raised[at]
        lost += np.log(total) - (true - highest)
        for at in range(first, end):
            c = classes[at]
            error = raised[at - first] / total - np.float32(c == labels[row])
            for d in range(width):
                slope[c, d] += error * inputs[row, d]
    return lost
