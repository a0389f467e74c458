"""LightGBM over all classes at once: the plain stack, for few classes or few drawings."""

from pathlib import Path

import lightgbm
import numpy as np

from ground.errors import BadOOF
from stacking.blends import WeightedBlend
from stacking.boosting import boost, load_booster, save_booster
from stacking.columns import Floats, Groups, Labels, log_of, softmax
from stacking.stacker import Stacker


class MulticlassStacker(Stacker):
    """One tree a class a round on every model's log probabilities and the statistics, starting from the blend.

    At hundreds of classes a leaf of one class's tree holds a handful of its drawings, and full steps there
    diverge: hence small steps (`learning_rate`, `max_delta_step`), heavy leaves and strong shrinkage. Its time
    grows with C × C × N (340 classes and 7,000 drawings: 10 s a round on one core), so leave it out there.
    """

    kind = "meta"
    _arrays = ("weights_",)

    def __init__(
        self,
        n_models: int = 1,
        n_classes: int | None = None,
        categorical: bool = False,  # whether the last statistic is a category's number, which is left out here
        rounds: int = 100,
        learning_rate: float = 0.05,
        num_leaves: int = 15,
        min_data_in_leaf: int = 40,
        feature_fraction: float = 0.3,  # of M * C + F columns, most of them near copies of others
        lambda_l2: float = 5.0,
        max_delta_step: float = 1.0,  # of a logit, before the learning rate: no leaf can run away
        threads: int = 0,  # 0: all cores
        seed: int = 0,
    ) -> None:
        self.n_models = n_models
        self.n_classes = n_classes
        self.categorical = categorical
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_data_in_leaf = min_data_in_leaf
        self.feature_fraction = feature_fraction
        self.lambda_l2 = lambda_l2
        self.max_delta_step = max_delta_step
        self.threads = threads
        self.seed = seed

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        if probabilities.shape[2] < 2:
            raise BadOOF("Expected 2 classes or more, received 1 class. There is nothing to tell apart.")
        self.weights_ = WeightedBlend.weights_of(probabilities, labels)
        start = WeightedBlend.scores(probabilities, self.weights_)  # (N, C)
        data = lightgbm.Dataset(self._inputs(probabilities, statistics), labels, init_score=start)
        settings = {
            "objective": "multiclass",
            "num_class": probabilities.shape[2],
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": self.min_data_in_leaf,
            "feature_fraction": self.feature_fraction,
            "lambda_l2": self.lambda_l2,
            "max_delta_step": self.max_delta_step,
        }
        self.booster_ = boost(data, self.rounds, self.seed, self.threads, settings)

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        start = WeightedBlend.scores(probabilities, self.weights_)
        inputs = self._inputs(probabilities, statistics)
        return softmax(start + self.booster_.predict(inputs, raw_score=True, num_threads=self.threads))

    def _inputs(self, probabilities: Floats, statistics: Floats) -> Floats:
        numbers = statistics[:, :-1] if self.categorical else statistics
        return np.hstack([log_of(probabilities).reshape(len(probabilities), -1), numbers])  # (N, M * C + F)

    def _save_more(self, folder: Path) -> None:
        save_booster(self.booster_, folder)

    def _load_more(self, folder: Path) -> None:
        self.booster_ = load_booster(folder)
