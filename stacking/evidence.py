"""What the fitted rows say of the classes: how often each occurs, what it is confused with, a linear second opinion."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from ground.errors import BadOOF
from stacking.columns import Floats, Labels
from stacking.linear import LinearStacker

SMOOTHING = 2.0  # rows: what a confusion is worth before any has been seen


@dataclass(frozen=True, eq=False)
class Evidence:
    """Learned on one set of rows, to be used on others: a row's own label must not be among its evidence."""

    linear: LinearStacker
    prior: Floats  # (C,) log of each class's share
    confusion: Floats  # (M, C, C) log P(true class is the last | model m puts the middle one first)

    @classmethod
    def of(cls, linear: LinearStacker, probabilities: Floats, statistics: Floats, labels: Labels) -> Self:
        """From (N, M, C), (N, F) and (N,); `linear` is fitted here."""
        _, models, classes = probabilities.shape
        linear.fit(np.hstack([probabilities.reshape(len(labels), -1), statistics]), labels)
        share = (np.bincount(labels, minlength=classes) + 1) / (len(labels) + classes)  # (C,)
        counts = np.zeros((models, classes, classes))
        for model in range(models):
            np.add.at(counts[model], (probabilities[:, model].argmax(axis=1), labels), 1)
        confusion = (counts + SMOOTHING * share) / (counts.sum(axis=2, keepdims=True) + SMOOTHING)
        return cls(linear, np.log(share).astype(np.float32), np.log(confusion).astype(np.float32))

    def with_opinion(self, probabilities: Floats, statistics: Floats) -> Floats:
        """(N, M + 1, C): the models' probabilities, then the linear stacker's, as one model more."""
        matrix = np.hstack([probabilities.reshape(len(probabilities), -1), statistics])
        return np.concatenate([probabilities, self.linear.predict_proba(matrix)[:, None]], axis=1)


def cross_fitted(
    linear: LinearStacker, probabilities: Floats, statistics: Floats, labels: Labels, folds: int, seed: int
) -> Iterator[tuple[Labels, Evidence]]:
    """For each of `folds` random parts: its rows, and evidence learned on all other rows.

    A meta-model that is fitted on evidence from its own rows would trust it more than it deserves: with 28
    drawings a class, a drawing's own label is 4 % of what is known of its class.
    """
    if folds < 2 or len(labels) < folds:
        raise BadOOF(
            f"Expected 2 inner folds or more with a row or more in each, received {folds} and n_samples={len(labels)}. "
            "Fit on more rows, or take fewer inner_folds."
        )
    part = np.random.default_rng(seed).permutation(len(labels)) % folds
    for fold in range(folds):
        others = part != fold
        evidence = Evidence.of(_copy(linear), probabilities[others], statistics[others], labels[others])
        yield np.flatnonzero(~others), evidence


def _copy(linear: LinearStacker) -> LinearStacker:
    return LinearStacker(**linear.get_params())
