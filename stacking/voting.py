"""The mean of what several meta-models say: they err where their fits fell out otherwise, the mean less."""

from pathlib import Path

import numpy as np

from ground.errors import BadSettings
from stacking.columns import Floats, Groups, Labels, matrix_of
from stacking.named import Named, load_named, save_named, sized, unfitted
from stacking.shared_fits import fits_shared, fitted_copy
from stacking.stacker import Stacker


class VotingStacker(Stacker):
    """Soft voting: each of `stackers` is fitted by itself, and the mean of their probabilities is the answer.

    They are given as in scikit-learn's VotingClassifier, (name, estimator) pairs, without their numbers of models and
    classes. What they have in common is fitted once; within `fits_shared`, one that has been fitted to the same rows
    before is not fitted again.
    """

    kind = "meta"
    _apart = ("stackers",)

    def __init__(self, stackers: Named = (), n_models: int = 1, n_classes: int | None = None) -> None:
        self.stackers = stackers
        self.n_models = n_models
        self.n_classes = n_classes

    @property
    def last(self) -> Stacker:
        """What the first of them has for its last: they are of one kind."""
        return self.stackers[0][1].last if self.stackers else self

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        if not self.stackers:
            raise BadSettings("Expected stackers to take the mean of, received none. Give `stackers`.")
        rows, models, classes = probabilities.shape
        matrix, every = matrix_of(probabilities, statistics), np.arange(rows)
        voters = sized(self.stackers, models, classes)
        with fits_shared():
            self.stackers_ = [(name, fitted_copy(voter, matrix, labels, every, groups)) for name, voter in voters]

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        matrix = matrix_of(probabilities, statistics)
        said = [stacker.predict_proba(matrix) for _, stacker in self.stackers_]
        return np.asarray(np.mean(said, axis=0))

    def _save_more(self, folder: Path) -> None:
        save_named(self.stackers_, folder, "voting")

    def _load_more(self, folder: Path) -> None:
        self.stackers_ = load_named(folder, "voting")
        self.stackers = unfitted(self.stackers_)
