"""Which method is kept: the best by MAP@3 on rows that it was not fitted on, unless a simpler one is as good."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from oof.scores import accuracy, average_precision_at_3, interval, log_loss
from stacking.columns import Floats, Labels
from stacking.cross_validation import cross_predicted
from stacking.decision import choose
from stacking.nested import Nested, nested_choice
from stacking.stacker import Stacker


@dataclass(frozen=True)
class Score:
    """One line of the table, measured on rows that were not fitted."""

    name: str
    kind: str  # model, blend or meta
    accuracy: float
    map_at_3: float
    low: float  # of the 95 % bootstrap interval of map_at_3
    high: float
    log_loss: float  # nats
    seconds: float  # fitting and predicting, all folds
    chosen: bool = False


@dataclass(frozen=True, eq=False)
class Comparison:
    """The table, the choice, and every method's out-of-fold probabilities."""

    scores: tuple[Score, ...]  # from simple to complex
    chosen: str
    reason: str
    probabilities: dict[str, Floats]  # each (N, C)
    nested: Nested | None = None  # what the choice itself is worth, where that was asked for


def compare(
    estimators: Mapping[str, Stacker],
    X: Floats,  # noqa: N803
    y: Labels,
    folds: NDArray[np.int64],
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
    nested: bool = False,
    shards: NDArray[np.int64] | None = None,
) -> Comparison:
    """Score `estimators`, in order from simple to complex, by cross-validation, and choose one.

    X is (N, M * C + F), y (N,) places in the class list, `folds` (N,) the fold of each row: a method answers
    for a fold as fitted on all others. Chosen is the first in order whose MAP@3 the best one does not surpass
    for sure: the paired bootstrap's 95 % interval of the difference holds 0. With `nested` the choice is made anew
    without each fold and scored on it; two folds alone can then only be parted by `shards` (N,), the cv shard of
    each row. `progress` is told each name before its turn.
    """
    scores: list[Score] = []
    probabilities: dict[str, Floats] = {}
    precisions: dict[str, NDArray[np.float64]] = {}
    for name, estimator in estimators.items():
        progress(name)
        start = time.perf_counter()
        probabilities[name] = cross_predicted(estimator, X, y, folds)
        seconds = time.perf_counter() - start
        precisions[name] = average_precision_at_3(probabilities[name], y)
        scores.append(_score(name, estimator, probabilities[name], y, precisions[name], seed, seconds))
    chosen, reason = choose(precisions, seed)
    marked = tuple(replace(score, chosen=score.name == chosen) for score in scores)
    if not nested:
        return Comparison(marked, chosen, reason, probabilities)
    units = folds if shards is None else shards
    again = nested_choice(estimators, X, y, folds, units, precisions, chosen, seed, progress)
    return Comparison(marked, chosen, f"{reason} {again}", probabilities, again)


def _score(
    name: str,
    estimator: Stacker,
    probabilities: Floats,
    labels: Labels,
    precision: NDArray[np.float64],
    seed: int,
    seconds: float,
) -> Score:
    low, high = interval(precision, seed)
    return Score(
        name=name,
        kind=estimator.kind,
        accuracy=accuracy(probabilities, labels),
        map_at_3=float(precision.mean()),
        low=low,
        high=high,
        log_loss=log_loss(probabilities, labels),
        seconds=round(seconds, 2),
    )
