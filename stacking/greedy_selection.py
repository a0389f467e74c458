"""Caruana's ensemble selection: weights that are grown model by model, by MAP@3 itself."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadSettings
from stacking.blends import WeightedBlend
from stacking.columns import LEAST_PROBABILITY, Floats, Groups, Labels, normalised, softmax
from stacking.rivals import Rivals, bootstrap_bags
from stacking.stacker import Stacker

Mean = Literal["geometric", "arithmetic"]


class GreedyBlend(Stacker):
    """The mean of an ensemble to which, again and again, the model is added that helps MAP@3 most.

    A model may be added many times, so its count is its weight; the ensemble starts from the best few models in
    the order of their own MAP@3, and of all its sizes the best is kept. Caruana, Niculescu-Mizil, Crew and Ksikes,
    Ensemble Selection from Libraries of Models, ICML 2004. They bag the models, of which they had 2,000; with a
    handful, half of them would lack the best more often than not, so the `bags` here are bootstrap samples of the
    rows. The weights are the mean over the bags, unless that does less on the fitted rows than the best model alone.
    """

    kind = "blend"
    _arrays = ("weights_",)

    def __init__(
        self,
        n_models: int = 1,
        n_classes: int | None = None,
        mean: Mean = "geometric",
        steps: int = 30,  # models in the ensemble at the most: weights in steps of 1/30
        bags: int = 10,
        seed: int = 0,
    ) -> None:
        self.n_models = n_models
        self.n_classes = n_classes
        self.mean = mean
        self.steps = steps
        self.bags = bags
        self.seed = seed

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        if self.mean not in get_args(Mean):
            raise BadSettings(f"Expected mean to be one of {', '.join(get_args(Mean))}, received {self.mean!r}.")
        geometric = self.mean == "geometric"
        rivals = Rivals.of(probabilities, labels, LEAST_PROBABILITY if geometric else 0)
        leads = rivals.leads(np.log if geometric else np.asarray)  # (R, M)
        bags = bootstrap_bags(len(rivals.rows), self.bags, self.seed)
        weights = np.mean([grown(rivals, leads, bag, self.steps) for bag in bags], axis=0)
        alone = np.array([rivals.precision(leads[:, model]).sum() for model in range(leads.shape[1])])
        if rivals.precision(leads @ weights).sum() < alone.max():
            weights = np.eye(len(alone))[alone.argmax()]
        self.weights_ = weights.astype(np.float32)

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        if self.mean == "geometric":
            return softmax(WeightedBlend.scores(probabilities, self.weights_))
        return normalised(np.einsum("nmc,m->nc", probabilities, self.weights_))


def grown(rivals: Rivals, leads: Floats, emphasis: NDArray[np.int64], steps: int) -> NDArray[np.float64]:
    """(M,) weights of sum 1 from one climb, each of the n drawings counted `emphasis` (n,) times."""

    def value(ahead: Floats) -> float:
        return float(emphasis @ rivals.precision(ahead))

    models = range(leads.shape[1])
    order = sorted(models, key=lambda model: -value(leads[:, model]))
    sums = np.cumsum(leads[:, order], axis=1)  # (R, M) the best model, the best two, …
    values = [value(sums[:, size]) for size in models]
    size = int(np.argmax(values))
    counts = np.isin(models, order[: size + 1]).astype(np.int64)
    ahead, best, kept = sums[:, size], values[size], counts.copy()
    for _ in range(size + 1, steps):
        values = [value(ahead + leads[:, model]) for model in order]
        chosen = order[int(np.argmax(values))]
        ahead = ahead + leads[:, chosen]
        counts[chosen] += 1
        if max(values) > best:
            best, kept = max(values), counts.copy()
    return np.asarray(kept / kept.sum())
