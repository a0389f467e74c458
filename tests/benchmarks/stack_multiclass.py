"""The reference: LightGBM's multiclass objective over all probabilities, given as many rounds as it needs."""

from time import perf_counter
from typing import Any

import lightgbm
import numpy as np

from stacking.blends import WeightedBlend
from stacking.boosting import REPRODUCIBLE
from stacking.columns import Floats, Labels, log_of, softmax, split_columns

HELD_OUT = 10  # of so many rows one is for its log loss, which says when it has had enough
PATIENCE = 10  # rounds without a lower log loss
MOST_ROUNDS = 10_000  # never reached
SETTINGS = {
    "objective": "multiclass",
    "metric": "multi_logloss",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.3,
    "lambda_l2": 5.0,
    "max_delta_step": 1.0,
}


class Multiclass:
    """A tree a class a round, from the weighted blend on, on every model's log probabilities and the statistics.

    Without the start and the small, bounded steps it diverges at 340 classes. It stops when it needs no more rounds
    or when `limit` seconds are over; its time is that of its best round, and later rounds are not counted.
    """

    def __init__(self, models: int, classes: int, limit: float, threads: int, seed: int) -> None:
        self.models, self.classes, self.limit, self.threads, self.seed = models, classes, limit, threads, seed

    def fit(self, X: Floats, y: Labels) -> None:  # noqa: N803
        """Sets `seconds` to its best round, and `note` to what stopped it."""
        began = perf_counter()
        probabilities, statistics = split_columns(X, self.models, self.classes)
        held_out = np.random.default_rng(self.seed).permutation(len(y)) % HELD_OUT == 0
        self.weights = WeightedBlend.weights_of(probabilities[~held_out], y[~held_out])
        start = WeightedBlend.scores(probabilities, self.weights)  # (N, C)
        inputs = self._inputs(probabilities, statistics)
        data = lightgbm.Dataset(inputs[~held_out], y[~held_out], init_score=start[~held_out])
        watched = data.create_valid(inputs[held_out], y[held_out], init_score=start[held_out])
        watch = _Watch(self.limit)
        settings = {
            **REPRODUCIBLE,
            **SETTINGS,
            "num_class": self.classes,
            "num_threads": self.threads,
            "seed": self.seed,
        }
        self.booster = lightgbm.train(settings, data, MOST_ROUNDS, valid_sets=[watched], callbacks=[watch])
        self.best = int(np.argmin(watch.losses))
        self.seconds = watch.times[self.best] - began
        self.note = f"{self.best + 1} rounds" + (", stopped by its time limit" if watch.over else "")

    def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
        """(N, C), by the trees up to its best round."""
        probabilities, statistics = split_columns(X, self.models, self.classes)
        learned = self.booster.predict(
            self._inputs(probabilities, statistics),
            raw_score=True,
            num_iteration=self.best + 1,
            num_threads=self.threads,
        )
        return softmax(WeightedBlend.scores(probabilities, self.weights) + learned)

    @staticmethod
    def _inputs(probabilities: Floats, statistics: Floats) -> Floats:
        return np.hstack([log_of(probabilities).reshape(len(probabilities), -1), statistics])


class _Watch:
    """Called by LightGBM after each round."""

    order, before_iteration = 30, False

    def __init__(self, limit: float) -> None:
        self.end = perf_counter() + limit
        self.losses: list[float] = []
        self.times: list[float] = []

    @property
    def over(self) -> bool:
        return self.times[-1] > self.end

    def __call__(self, environment: Any) -> None:
        self.losses.append(environment.evaluation_result_list[0][2])
        self.times.append(perf_counter())
        best = int(np.argmin(self.losses))
        if self.over or len(self.losses) - 1 - best >= PATIENCE:
            raise lightgbm.callback.EarlyStopException(best, environment.evaluation_result_list)
