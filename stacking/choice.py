"""Which method is kept: the best by MAP@3 on rows that it was not fitted on, unless a simpler one is as good."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from ground.errors import BadSettings, ClassMismatch
from oof.scores import accuracy, average_precision_at_3, interval, log_loss, paired_bootstrap
from stacking.columns import Floats, Labels
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

    def as_json(self, classes: tuple[str, ...]) -> dict[str, Any]:
        """What `scores.json` holds."""
        return {
            "drawings": len(self.probabilities[self.chosen]),
            "classes": list(classes),
            "rows": [asdict(score) for score in self.scores],
            "chosen": self.chosen,
            "reason": self.reason,
        }


def compare(
    estimators: Mapping[str, Stacker],
    X: Floats,  # noqa: N803
    y: Labels,
    folds: NDArray[np.int64],
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """Score `estimators`, in order from simple to complex, by cross-validation, and choose one.

    X is (N, M * C + F), y (N,) places in the class list, `folds` (N,) the fold of each row: a method answers
    for a fold as fitted on all others. Chosen is the first in order whose MAP@3 the best one does not surpass
    for sure: the paired bootstrap's 95 % interval of the difference holds 0. `progress` is told each name
    before its turn.
    """
    scores: list[Score] = []
    probabilities: dict[str, Floats] = {}
    precisions: dict[str, NDArray[np.float64]] = {}
    for name, estimator in estimators.items():
        if progress is not None:
            progress(name)
        start = time.perf_counter()
        probabilities[name] = cross_predicted(estimator, X, y, folds)
        seconds = time.perf_counter() - start
        precisions[name] = average_precision_at_3(probabilities[name], y)
        scores.append(_score(name, estimator, probabilities[name], y, precisions[name], seed, seconds))
    chosen, reason = choose(precisions, seed)
    marked = tuple(replace(score, chosen=score.name == chosen) for score in scores)
    return Comparison(marked, chosen, reason, probabilities)


def cross_predicted(
    estimator: Stacker,
    X: Floats,  # noqa: N803
    y: Labels,
    folds: NDArray[np.int64],
) -> Floats:
    """(N, C) each fold's probabilities by a fresh copy of `estimator`, fitted on the other folds."""
    present = np.unique(folds)
    if len(present) < 2:
        raise BadSettings(f"Expected rows of 2 folds or more, received only fold {present.tolist()}. Use more folds.")
    answers = {}
    for fold in present:
        held_out = folds == fold
        answers[fold] = clone(estimator).fit(X[~held_out], y[~held_out]).predict_proba(X[held_out])
    widths = {answer.shape[1] for answer in answers.values()}
    if len(widths) > 1 or max(widths) <= y.max():
        raise ClassMismatch(f"Expected all classes from every fold, received {sorted(widths)}. Give n_classes.")
    probabilities = np.empty((len(y), widths.pop()), np.float32)
    for fold, answer in answers.items():
        probabilities[folds == fold] = answer
    return probabilities


def choose(precisions: Mapping[str, NDArray[np.float64]], seed: int = 0) -> tuple[str, str]:
    """The name kept and why, from each method's average precision a row (N,), from simple to complex."""
    means = {name: float(values.mean()) for name, values in precisions.items()}
    best = max(means, key=means.__getitem__)  # of equals the first, which is the simplest
    for name, values in precisions.items():
        gain, low, high = paired_bootstrap(precisions[best], values, seed)
        if low <= 0 and name != best:
            return name, (
                f"{name} is kept with MAP@3 {means[name]:.4f}: it is the simplest that {best}, the best with "
                f"{means[best]:.4f}, does not surpass for sure ({gain:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})."
            )
        if name == best:
            break
    return best, f"{best} is kept with MAP@3 {means[best]:.4f}: {_lead(precisions, best, seed)}"


def _lead(precisions: Mapping[str, NDArray[np.float64]], best: str, seed: int) -> str:
    """How far the best is ahead of the best of those that are simpler."""
    names = list(precisions)
    simpler = names[: names.index(best)]
    if not simpler:
        return "it is the best, and nothing is simpler."
    next_best = max(simpler, key=lambda name: float(precisions[name].mean()))
    gain, low, high = paired_bootstrap(precisions[best], precisions[next_best], seed)
    return (
        f"it is the best, and ahead of all that is simpler; of {next_best} by {gain:+.4f} "
        f"(95 % interval {low:+.4f} to {high:+.4f})."
    )


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
