"""What the fitted rows say of the classes: how often each occurs, how far each model is to be trusted there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadOOF
from stacking.categories import CategoryPrior
from stacking.columns import Floats, Groups, Labels, blocks
from stacking.linear import LinearStacker
from stacking.parts import inner_parts

SMOOTHING = 2.0  # rows: what a confusion or a reliability is worth before any has been seen


@dataclass(frozen=True, eq=False)
class Evidence:
    """Learned on one set of rows, to be used on others: a row's own label must not be among its evidence."""

    linear: LinearStacker
    prior: Floats  # (C,) log of each class's share
    confusion: Floats  # (M, C, C) log P(true class is the last | model m puts the middle one first)
    precision: Floats  # (M, C) how often model m is right where it puts class c first
    recall: Floats  # (M, C) how often model m puts class c first where it is the true one
    categories: CategoryPrior  # of the last statistic, where the linear stacker holds that to be a category

    @classmethod
    def of(
        cls,
        linear: LinearStacker,
        probabilities: Floats,
        statistics: Floats,
        labels: Labels,
        rows: Labels | None = None,
        groups: Groups = None,
    ) -> Self:
        """From (N, M, C), (N, F) and (N,), of which only `rows`, by default all, are looked at; fits `linear`."""
        rows = np.arange(len(labels)) if rows is None else rows
        linear.fit_rows(probabilities, statistics, labels, rows, groups)
        counts = _first_choices(probabilities, labels, rows)  # (M, C, C)
        of_classes = counts[0].sum(axis=0)  # (C,)
        share = (of_classes + 1) / (len(rows) + len(of_classes))
        said = counts.sum(axis=2)  # (M, C) how often each model puts each class first
        confusion = (counts + SMOOTHING * share) / (said[:, :, None] + SMOOTHING)
        right = np.diagonal(counts, axis1=1, axis2=2)  # (M, C)
        expected = SMOOTHING * right.sum(axis=1, keepdims=True) / len(rows)  # by each model's accuracy
        precision, recall = (right + expected) / (said + SMOOTHING), (right + expected) / (of_classes + SMOOTHING)
        category = statistics[rows, -1] if linear.categorical else np.zeros(len(rows), np.float32) * np.nan
        categories = CategoryPrior.of(category, labels[rows], share)
        learned = (np.log(share), np.log(confusion), precision, recall)
        prior, confusions, precisions, recalls = (array.astype(np.float32) for array in learned)
        return cls(linear, prior, confusions, precisions, recalls, categories)

    def with_opinion(self, probabilities: Floats, statistics: Floats) -> Floats:
        """(N, M + 1, C): the models' probabilities, then the linear stacker's, as one model more."""
        opinion = self.linear.answer(probabilities, statistics)
        return np.concatenate([probabilities, opinion[:, None]], axis=1)


def cross_fitted(
    linear: LinearStacker,
    probabilities: Floats,
    statistics: Floats,
    labels: Labels,
    folds: int,
    seed: int,
    groups: Groups = None,
) -> Iterator[tuple[Labels, Evidence]]:
    """For each of `folds` random parts, or of as many of whole `groups`: its rows, and evidence of all other rows.

    A meta-model that is fitted on evidence from its own rows would trust it more than it deserves: with 28
    drawings a class, a drawing's own label is 4 % of what is known of its class. The parts do not follow the
    labels either: which rows a row shares its part with must say nothing of its class.
    """
    if folds < 2 or len(labels) < folds:
        raise BadOOF(
            f"Expected 2 inner folds or more with a row or more in each, received {folds} and n_samples={len(labels)}. "
            "Fit on more rows, or take fewer inner_folds."
        )
    part = inner_parts(len(labels), folds, seed, groups)
    for fold in np.unique(part):
        others = np.flatnonzero(part != fold)
        evidence = Evidence.of(_copy(linear), probabilities, statistics, labels, others, groups)
        yield np.flatnonzero(part == fold), evidence


def _copy(linear: LinearStacker) -> LinearStacker:
    return LinearStacker(**linear.get_params())


def _first_choices(probabilities: Floats, labels: Labels, rows: Labels) -> NDArray[np.float64]:
    """(M, C, C) how often each model puts the middle class first where the last is the true one."""
    _, models, classes = probabilities.shape
    counts = np.zeros((models, classes, classes))
    for block in blocks(rows):
        first = probabilities[block].argmax(axis=2)  # (n, M)
        for model in range(models):
            np.add.at(counts[model], (first[:, model], labels[block]), 1)
    return counts
