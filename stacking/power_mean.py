"""The power mean: one exponent between the model that is surest of a class and the one that is least sure of it."""

import numpy as np

from stacking.columns import Floats, Groups, Labels, log_of, softmax
from stacking.rivals import Rivals, bootstrap_bags
from stacking.stacker import Stacker

EXPONENTS = (0.0, 0.25, -0.25, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 4.0)  # of equally good ones the first is taken


class PowerBlend(Stacker):
    """(mean over m of p_m^exponent)^(1 / exponent), brought to sum 1.

    1 is the arithmetic mean, 0 the geometric, -1 the harmonic; a large one follows whoever is surest, a negative one
    whoever objects. Where `exponent` is None it is learned: the mean over `bags` bootstrap samples of the one of
    `EXPONENTS` that has the highest MAP@3 there, as a single maximum would follow the noise.
    """

    kind = "blend"
    _arrays = ("exponent_",)

    def __init__(
        self,
        n_models: int = 1,
        n_classes: int | None = None,
        exponent: float | None = None,
        bags: int = 50,
        seed: int = 0,
    ) -> None:
        self.n_models = n_models
        self.n_classes = n_classes
        self.exponent = exponent
        self.bags = bags
        self.seed = seed

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        self.exponent_ = self._learned(probabilities, labels) if self.exponent is None else self.exponent

    def _learned(self, probabilities: Floats, labels: Labels) -> float:
        rivals = Rivals.of(probabilities, labels)
        true, rival, counts = np.log(rivals.true), np.log(rivals.rival), np.diff(rivals.starts)
        precisions = []
        for exponent in EXPONENTS:
            leads = log_power_mean(rival, exponent) - np.repeat(log_power_mean(true, exponent), counts)  # (R,)
            precisions.append(rivals.precision(leads))
        bags = bootstrap_bags(len(rivals.rows), self.bags, self.seed)
        return float(np.mean([EXPONENTS[np.argmax(precisions @ bag)] for bag in bags]))

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        return softmax(log_power_mean(log_of(probabilities), float(self.exponent_)))


def log_power_mean(logs: Floats, exponent: float) -> Floats:
    """The logarithm of the power mean over axis 1, of numbers given by their logarithms (N, M, …)."""
    if exponent == 0:
        return np.asarray(logs.mean(axis=1))
    scaled = np.float32(exponent) * logs
    highest = scaled.max(axis=1, keepdims=True)
    mean = np.log(np.exp(scaled - highest).mean(axis=1)) + highest.squeeze(axis=1)
    return np.asarray(mean / np.float32(exponent))
