"""The linear correction of a blend as fitted to one set of rows, at one penalty after the other."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ground.threads import threads
from stacking.basis import StatisticsBasis
from stacking.blends import WeightedBlend
from stacking.columns import Floats, Labels, blocks, softmax
from stacking.logistic import logistic_matrix
from stacking.shared_fits import shared_fit

LADDER = (np.inf, 1000.0, 100.0, 30.0, 10.0, 3.0, 1.0)  # rows; from no correction to a free one


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
            above = self.matrix(LADDER[LADDER.index(penalty) - 1]) if penalty in LADDER[1:] else None
            labels = self._all[2][self._rows]
            given = *self.inputs(self._rows), labels, penalty, self._iterations, above
            self._matrices[penalty] = logistic_matrix(*given)
        return self._matrices[penalty]

    def inputs(self, rows: Labels) -> tuple[Floats, Floats]:
        """Z (n, D) and the blend's scores (n, C) of any `rows` of the N; block by block, as a copy of them is large."""
        probabilities, statistics, _ = self._all
        scores = np.empty((len(rows), probabilities.shape[2]), np.float32)

        def of_block(places: Labels) -> Floats:
            own = rows[places]
            scores[places] = WeightedBlend.scores(probabilities[own], self.weights)
            return linear_inputs(self.basis, probabilities[own], statistics[own], self._confusions)

        with ThreadPoolExecutor(threads()) as pool:
            return np.concatenate(list(pool.map(of_block, blocks(np.arange(len(rows)))))), scores


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
