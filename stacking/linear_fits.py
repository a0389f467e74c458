"""The linear correction of a blend as fitted to one set of rows, at one penalty after the other."""

from functools import cached_property

import numpy as np

from stacking.basis import StatisticsBasis
from stacking.blends import WeightedBlend
from stacking.columns import Floats, Labels, softmax
from stacking.likely import LikelyClasses, is_likely
from stacking.logistic import logistic_matrix
from stacking.shared_fits import shared_fit

LADDER = (np.inf, 1000.0, 100.0, 30.0, 10.0, 3.0, 1.0)  # rows; from no correction to a free one
FIRST_LINE = 3  # the place in it that has two finite ones above

Given = tuple[Floats, LikelyClasses, Labels]


class LinearFits:
    """softmax(weighted blend + Z V) on `rows` of N: what is learned at each penalty is learned once, when asked for.

    On the `LADDER` each fit begins where those above it point to, and what was fitted to equal rows before is taken
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
        self._all = probabilities, statistics, labels  # (N, M, C), (N, F), (N,)
        self._rows, self._confusions, self._iterations = rows, confusions, iterations
        settings = "linear", confusions, iterations
        self.weights, self.basis, self._matrices = shared_fit(settings, self._all, rows, self._begun)

    def _begun(self) -> tuple[Floats, StatisticsBasis, dict[float, Floats]]:
        probabilities, statistics, labels = self._all
        weights = WeightedBlend.weights_of(probabilities, labels, self._rows)
        return weights, StatisticsBasis.of(statistics[self._rows]), {}

    def matrix(self, penalty: float) -> Floats:
        """(D, C) V."""
        if penalty not in self._matrices:
            first = self._ahead(LADDER.index(penalty)) if penalty in LADDER[1:] else None
            self._matrices[penalty] = logistic_matrix(*self._own, penalty, self._iterations, first)
        return self._matrices[penalty]

    def _ahead(self, place: int) -> Floats:
        """(D, C) where the line through the two matrices above, over the logarithm of their penalties, has come to."""
        above = self.matrix(LADDER[place - 1])
        if place < FIRST_LINE:
            return above
        further, last, now = np.log(LADDER[place - 2 : place + 1])
        return above + (above - self.matrix(LADDER[place - 2])) * np.float32((now - last) / (last - further))

    @cached_property
    def _own(self) -> Given:
        return self.given(self._rows)

    def given(self, rows: Labels) -> Given:
        """What is known of any `rows` (n,) of the N: Z (n, D), their likely classes, their labels."""
        probabilities, statistics, labels = self._all
        confused = probabilities[rows] if self._confusions else None
        inputs = linear_inputs(self.basis, statistics[rows], confused)
        return inputs, LikelyClasses.of(probabilities, self.weights, rows), labels[rows]


def linear_answer(
    probabilities: Floats, statistics: Floats, weights: Floats, basis: StatisticsBasis, matrix: Floats, confusions: bool
) -> Floats:
    """(n, C) softmax(weighted blend + Z V) of rows (n, M, C) and (n, F), with no V for each row's unlikely classes."""
    scores = WeightedBlend.scores(probabilities, weights)
    correction = linear_inputs(basis, statistics, probabilities if confusions else None) @ matrix
    correction[~is_likely(softmax(scores))] = 0
    return softmax(scores + correction)


def linear_inputs(basis: StatisticsBasis, statistics: Floats, probabilities: Floats | None) -> Floats:
    """Z (n, D): the statistics (n, F) on their basis and, where given, the probabilities (n, M, C) beside them."""
    columns = basis.expand(statistics)
    return columns if probabilities is None else np.hstack([columns, probabilities.reshape(len(columns), -1)])
