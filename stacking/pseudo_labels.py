"""Pseudo-labels: drawings without a label, where a stacker is surest of them, teach it as if it were right.

Lee, Pseudo-Label, ICML 2013 workshop on challenges in representation learning. What it is worth is measured as for any
other method: the copy that answers for a fold was fitted without it, and so were the labels that it gave.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadSettings
from stacking.columns import Floats, Groups, Labels, matrix_of
from stacking.stacker import Stacker
from stacking.wrapped import WrappedStacker


@dataclass(frozen=True, eq=False)
class Unlabelled:
    """n drawings without a label, each as the networks of one fold answer for it, as where a label is known."""

    X: Floats  # (n, M * C + F)
    folds: NDArray[np.int64]  # (n,) whose networks those are

    def __deepcopy__(self, memo: Any) -> "Unlabelled":
        """Itself: estimators are copied for every fit, and what is frozen need not be."""
        return self


class PseudoLabelStacker(WrappedStacker):
    """`stacker`, fitted a second time with the `share` of `unlabelled` drawings added that the first one is surest of.

    Sure is who gives a class a high probability. With a share of 0 it is the plain `stacker`. Raises `BadSettings`
    without a stacker, without drawings, and for a share outside 0 to 1.
    """

    kind = "meta"
    _apart = ("stacker", "unlabelled")

    def __init__(
        self,
        stacker: Stacker | None = None,
        unlabelled: Unlabelled | None = None,
        share: float = 0.5,
        n_models: int = 1,
        n_classes: int | None = None,
    ) -> None:
        self.stacker = stacker
        self.unlabelled = unlabelled
        self.share = share
        self.n_models = n_models
        self.n_classes = n_classes

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        if self.stacker is None or self.unlabelled is None or not 0 <= self.share <= 1:
            raise BadSettings(
                f"Expected a stacker, drawings without a label and a share of 0 to 1, received {self.stacker}, "
                f"{'none' if self.unlabelled is None else 'some'} and {self.share}."
            )
        X, classes = matrix_of(probabilities, statistics), probabilities.shape[2]  # noqa: N806
        first = self._fitted(X, labels, groups, classes)
        said = first.predict_proba(self.unlabelled.X)  # (n, C)
        surest = np.argsort(-said.max(axis=1), kind="stable")[: round(self.share * len(said))]
        if not len(surest):
            self.stacker_ = first
            return
        taught = np.vstack([X, self.unlabelled.X[surest]]), np.concatenate([labels, said[surest].argmax(axis=1)])
        if groups is not None:
            groups = np.concatenate([groups, self.unlabelled.folds[surest]])
        self.stacker_ = self._fitted(*taught, groups, classes)
