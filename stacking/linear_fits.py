"""The linear correction of a blend as fitted to one set of rows, at one penalty after the other."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stacking.basis import StatisticsBasis
from stacking.blends import WeightedBlend
from stacking.columns import Floats, Labels, blocks, softmax
from stacking.logistic import logistic_matrix
from stacking.shared_fits import shared_fit

LADDER = (np.inf, 1000.0, 100.0, 30.0, 10.0, 3.0, 1.0)  # rows; from no correction to a free one
BLOCK = 5_000  # rows; × 5 models × 340 classes × 4 bytes = 34 MB


class LinearFits:
    """softmax(weighted blend + Z V) on `rows` of N: what is learned at each penalty is learned once, when asked for.

    On the `LADDER` each fit begins where the one above it ended, and what was fitted to equal rows before is taken
    from there (`shared_fits`): the copies that are to be chosen by are those that are answered with elsewhere.
    """

    def __init__(
        self,
        probabilities: Floats,
        statistics: Floats,
        labels: Labels,
        rows: Labels,
        confusions: bool,
        iterations: int,
    ) -> None:
        self._all = probabilities, statistics  # (N, M, C), (N, F)
        self._labels, self._rows, self._confusions, self._iterations = labels[rows], rows, confusions, iterations
        arrays = (probabilities, statistics, labels)
        self.weights, self.basis, self._matrices = shared_fit(
            ("linear", confusions, iterations), arrays, rows, self._begun
        )

    def _begun(self) -> tuple[Floats, StatisticsBasis, dict[float, Floats]]:
        probabilities, statistics = self._all
        weights = WeightedBlend.weights_of(probabilities[self._rows], self._labels)
        return weights, StatisticsBasis.of(statistics[self._rows]), {}

    def matrix(self, penalty: float) -> Floats:
        """(D, C) V."""
        if penalty not in self._matrices:
            inputs, start = self._inputs
            above = self.matrix(LADDER[LADDER.index(penalty) - 1]) if penalty in LADDER[1:] else None
            self._matrices[penalty] = logistic_matrix(inputs, start, self._labels, penalty, self._iterations, above)
        return self._matrices[penalty]

    def answer(self, penalty: float, rows: Labels) -> Floats:
        """(n, C) probabilities of other `rows` of the N."""
        probabilities, statistics = self._all
        matrix, parts = self.matrix(penalty), []
        for own in blocks(rows, BLOCK):
            given = probabilities[own], statistics[own], self.weights, self.basis, matrix
            parts.append(linear_answer(*given, self._confusions))
        return np.concatenate(parts)

    @cached_property
    def _inputs(self) -> tuple[Floats, Floats]:
        """Z (n, D) and the blend's scores (n, C); made block by block, as a copy of the rows themselves is large."""
        made = zip(*self._made(), strict=True)
        inputs, start = (np.concatenate(parts) for parts in made)
        return inputs, start

    def _made(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        probabilities, statistics = self._all
        for own in blocks(self._rows, BLOCK):
            inputs = linear_inputs(self.basis, probabilities[own], statistics[own], self._confusions)
            yield inputs, WeightedBlend.scores(probabilities[own], self.weights)


def linear_answer(
    probabilities: Floats, statistics: Floats, weights: Floats, basis: StatisticsBasis, matrix: Floats, confusions: bool
) -> Floats:
    """(n, C) softmax(weighted blend + Z V) of rows (n, M, C) and (n, F)."""
    inputs = linear_inputs(basis, probabilities, statistics, confusions)
    return softmax(WeightedBlend.scores(probabilities, weights) + inputs @ matrix)


def linear_inputs(basis: StatisticsBasis, probabilities: Floats, statistics: Floats, confusions: bool) -> Floats:
    """Z (n, D): the statistics on their basis and, with `confusions`, the probabilities (n, M, C) beside them."""
    columns = basis.expand(statistics)
    return np.hstack([columns, probabilities.reshape(len(probabilities), -1)]) if confusions else columns
