"""Probabilities that are to a stack what those of real base models are, drawn from a seed, block by block.

Drawings are points in a space of 12 directions, and scatter around the centre of their class. Classes lie in
families of four; how far apart the four are differs from family to family, so that some classes are hardly ever
confused and others half the time. What a drawing looks like (its scatter) is the same for all models, and so are the
mistakes that follow from it: the models' errors are correlated. Each model adds noise of its own, sees the classes a
little displaced, differently for each fold that it was trained without, and takes softmax(-sharpness × distance² / 2),
where the models' sharpness goes from too little to too much. A fold's rows are answered by that fold's model, the test
rows by the mean over all folds, as in a run. Statistics are noisy values around a mean of the class, one of them
skewed as lengths are, one of them mostly unknown as times are. A few labels are wrong.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from stacking.columns import Floats, Labels, softmax

DIRECTIONS, FAMILY = 12, 4
FAMILIES_APART = 1.5  # standard deviation of the families' centres; the unit is that of all distances below
CLASSES_APART = 0.5, 1.1  # of a family's classes around its centre: the closest family, the widest
SCATTER = 0.7  # of the drawings of a class, seen by all models alike
NOISE = 0.5, 0.3  # that a model adds to a drawing: the same for all its folds, of each fold's own
DISPLACED = 0.25, 0.2  # of the classes as a model sees them: the same for all its folds, of each fold's own
SHARPNESS = 0.7, 1.6  # of the first model and of the last
EVENNESS = 8.0  # of the classes' shares, which are Dirichlet distributed by it
STATISTICS_NOISE, UNKNOWN = 1.2, 0.7  # in units of what classes differ by; share of the last one's values
WRONG_LABELS = 0.02
FIRST_KEY, FIRST_TEST_KEY, SHARD_STEP, SHARDS = 4 * 10**15, 9 * 10**15, 10**7, 100


@dataclass(frozen=True)
class Rows:
    """n drawings as M models answer for them."""

    probabilities: Floats  # (n, M, C)
    statistics: Floats  # (n, F)
    label: Labels  # (n,)
    key_id: NDArray[np.int64]  # (n,) whose cv shard says the fold


class World:
    """Classes and models; any rows of it can be drawn by themselves, and are the same each time."""

    def __init__(self, classes: int = 340, models: int = 3, statistics: int = 8, folds: int = 5, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.classes, self.models, self.folds, self.seed = classes, models, folds, seed
        family = np.arange(classes) // FAMILY
        apart = rng.uniform(*CLASSES_APART, family[-1] + 1)[family]
        centres = FAMILIES_APART * rng.normal(size=(family[-1] + 1, DIRECTIONS))[family]
        self._centres = centres + apart[:, None] * rng.normal(size=(classes, DIRECTIONS))
        always = DISPLACED[0] * rng.normal(size=(models, 1, classes, DIRECTIONS))
        by_fold = DISPLACED[1] * rng.normal(size=(models, folds, classes, DIRECTIONS))
        self._seen = (self._centres + always + by_fold).astype(np.float32)  # (M, K, C, D)
        self._sharpness = np.geomspace(*SHARPNESS, models)
        self._share = rng.dirichlet(np.full(classes, EVENNESS))
        self._means = rng.normal(size=(classes, statistics))

    def oof(self, fold: int, first: int, count: int) -> Rows:
        """Rows number `first` and on of a fold, answered by the models that were trained without it."""
        number = np.arange(first, first + count)
        own_shards = -(-(SHARDS - fold) // self.folds)  # fold, fold + folds, fold + 2 folds, ... below 100
        shard = fold + self.folds * (number % own_shards)
        key_id = FIRST_KEY + SHARD_STEP * shard + number // own_shards
        return self._drawn(np.random.default_rng([self.seed, 1 + fold, first]), key_id, [fold])[0]

    def test(self, first: int, count: int) -> Rows:
        """Test rows, answered by the mean of each model over its folds."""
        by_fold = self.test_by_fold(first, count)
        mean = np.mean([rows.probabilities for rows in by_fold], axis=0, dtype=np.float32)
        return replace(by_fold[0], probabilities=mean)

    def test_by_fold(self, first: int, count: int) -> list[Rows]:
        """The same test rows as each fold's models answer for them."""
        key_id = FIRST_TEST_KEY + np.arange(first, first + count)
        return self._drawn(np.random.default_rng([self.seed, 0, first]), key_id, list(range(self.folds)))

    def _drawn(self, rng: Generator, key_id: NDArray[np.int64], folds: list[int]) -> list[Rows]:
        count = len(key_id)
        truth = rng.choice(self.classes, count, p=self._share)
        wrong = rng.random(count) < WRONG_LABELS
        label = np.where(wrong, rng.integers(self.classes, size=count), truth)
        statistics = self._statistics(truth, rng)
        drawing = self._centres[truth] + SCATTER * rng.normal(size=(count, DIRECTIONS))  # (n, D)
        noise = NOISE[0] * rng.normal(size=(self.models, count, DIRECTIONS))
        answers = np.empty((len(folds), count, self.models, self.classes), np.float32)
        for place, fold in enumerate(folds):
            for model in range(self.models):
                own = drawing + noise[model] + NOISE[1] * rng.normal(size=drawing.shape)
                answers[place, :, model] = self._answer(own.astype(np.float32), model, fold)
        return [Rows(answer, statistics, label, key_id) for answer in answers]

    def _answer(self, drawing: Floats, model: int, fold: int) -> Floats:
        """(n, C) from (n, D); what all classes have in common of the distance falls out of the softmax."""
        seen = self._seen[model, fold]  # (C, D)
        closeness = drawing @ seen.T - (seen**2).sum(axis=1) / 2
        return softmax(np.float32(self._sharpness[model]) * closeness)

    def _statistics(self, truth: Labels, rng: Generator) -> Floats:
        values = self._means[truth] + STATISTICS_NOISE * rng.normal(size=(len(truth), self._means.shape[1]))
        if values.shape[1]:
            values[:, 0] = np.exp(values[:, 0])
            values[rng.random(len(truth)) < UNKNOWN, -1] = np.nan
        return values.astype(np.float32)
