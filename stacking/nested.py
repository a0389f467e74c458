"""What the choice itself is worth: made anew without each fold, and scored on that fold.

The best of many methods owes a part of its score to luck on the very rows that it was chosen by. Here no row has
had a say in the choice, nor in the fit, of the method that answers for it. The base models' probabilities are taken
as they are, out of fold; training these again for every choice would cost far more than it could show.

With K folds it takes K - 2 times as long as the table. Two methods differ by some 0.1 in a row's average precision, so
by chance by 0.1 / √50,000 = 0.0004 in its mean over 50,000 rows: the more rows, the less there is to find.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oof.scores import average_precision_at_3, interval
from stacking.columns import Floats, Labels
from stacking.cross_validation import cross_predicted
from stacking.decision import Precisions, choose
from stacking.stacker import Stacker


@dataclass(frozen=True)
class Nested:
    """MAP@3 of "choose, then answer" on rows that took part in neither."""

    chosen: tuple[str, ...]  # without each fold in turn
    map_at_3: float
    low: float  # of the 95 % bootstrap interval
    high: float
    optimism: float  # by how much the chosen method's own figure is above `map_at_3`

    def __str__(self) -> str:
        times = ", ".join(f"{name} {count} ×" for name, count in Counter(self.chosen).most_common())
        where = f"{abs(self.optimism):.4f} {'below' if self.optimism >= 0 else 'above'} its own figure"
        return (
            f"Chosen anew without each fold ({times}) and scored on it, the answer reaches {self.map_at_3:.4f} "
            f"({self.low:.4f} to {self.high:.4f}), {where}."
        )


def nested_choice(
    estimators: Mapping[str, Stacker],
    X: Floats,  # noqa: N803
    y: Labels,
    folds: NDArray[np.int64],
    shards: NDArray[np.int64],
    precisions: Precisions,
    chosen: str,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Nested:
    """The score of the choice among `estimators` on X (N, M * C + F) and y (N,).

    `folds` (N,) and `shards` (N,), the cv shard of each row, say what may be held out together; `precisions` are
    those of all methods by these folds, of which `chosen` was kept. Without fold k, the methods are compared by
    cross-validation over the other folds and the one kept then answers for k, as it already has for `precisions`.
    """
    present = np.unique(folds)
    picks = []
    precision = np.empty(len(y))
    for fold in present:
        held_out = folds == fold
        rest = np.flatnonzero(~held_out)
        inner = inner_folds(folds[rest], shards[rest])
        X_rest, y_rest, scored = X[rest], y[rest], {}  # noqa: N806
        for name, estimator in estimators.items():
            progress(f"{name}, without fold {fold}")
            scored[name] = average_precision_at_3(cross_predicted(estimator, X_rest, y_rest, inner), y_rest)
        picks.append(choose(scored, seed)[0])
        precision[held_out] = precisions[picks[-1]][held_out]
    low, high = interval(precision, seed)
    score = float(precision.mean())
    return Nested(tuple(picks), score, low, high, float(precisions[chosen].mean()) - score)


def inner_folds(folds: NDArray[np.int64], shards: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) the folds themselves where there are several, else two of whole cv shards: every second one."""
    if len(np.unique(folds)) > 1:
        return folds
    return np.unique(shards, return_inverse=True)[1] % 2
