"""Why the kept method answers as it does: what it looks at, what each model adds, where it overrules them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from oof.scores import average_precision_at_3, paired_bootstrap
from stacking.columns import Floats, Labels, split_columns
from stacking.corrections import Corrections, corrections, corrections_by_class
from stacking.gain import Gain, gain_shares, has_trees
from stacking.shared_fits import fitted_copy
from stacking.stacker import Stacker

# Rows drawn of more: enough to see what counts, in less time than the table took.
FITTED_ROWS = 4_000  # that the method is fitted on, with all models and without each
ASKED_ROWS = 4_000  # a difference of 0.1 in a row's average precision is a standard error of 0.0016 in the mean
PERMUTED_ROWS = 2_000  # 0.0022, for an answer without every model and every statistic


@dataclass(frozen=True)
class Worth:
    """MAP@3 that is lost without something, over the same rows."""

    name: str
    worth: float
    low: float  # of the 95 % interval by paired bootstrap
    high: float


@dataclass(frozen=True)
class Explanation:
    """Of `method`, all on rows that it was not fitted on; the gain, of fitting, of the best that has trees."""

    method: str
    models: tuple[Worth, ...]  # left out, and the method fitted anew
    models_rows: tuple[int, int]  # that it was fitted on and asked about for that
    columns: tuple[Worth, ...]  # shuffled among the rows under the fitted method, the most important first
    columns_rows: int  # that it was asked about for that
    corrections: tuple[Corrections, ...]
    best_model: str  # that `classes` are compared with
    classes: tuple[Corrections, ...]
    gain_of: str  # empty where no method has trees
    gain: tuple[Gain, ...]


@dataclass(frozen=True, eq=False)
class Rows:
    """What is known of N drawings, as the methods are compared on them."""

    X: Floats  # (N, M * C + F)
    y: Labels  # (N,)
    folds: NDArray[np.int64]  # (N,)

    def parted(self, fitted: int, asked: int, seed: int) -> tuple[Labels, Labels]:
        """Places of rows to fit on and to ask about, at the most so many of each: the first fold is asked about."""
        rng = np.random.default_rng(seed)
        parts = np.flatnonzero(self.folds != self.folds.min()), np.flatnonzero(self.folds == self.folds.min())
        rest, own = (
            part if len(part) <= most else np.sort(rng.choice(part, most, replace=False))
            for part, most in zip(parts, (fitted, asked), strict=True)
        )
        return rest, own


@dataclass(frozen=True)
class Names:
    """Of what X and y hold."""

    models: Sequence[str]
    classes: Sequence[str]
    statistics: Sequence[str]

    def columns(self) -> dict[str, slice]:
        """Where in X each model, all its classes, and each statistic stands."""
        width = len(self.classes)
        models = {name: slice(place * width, (place + 1) * width) for place, name in enumerate(self.models)}
        first = len(self.models) * width
        return models | {name: slice(first + place, first + place + 1) for place, name in enumerate(self.statistics)}


def explain(
    chosen: str,
    estimators: Mapping[str, Stacker],
    probabilities: Mapping[str, Floats],
    rows: Rows,
    names: Names,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Explanation:
    """Explain `chosen` of `estimators`, whose out-of-fold answers are `probabilities`, each (N, C).

    Within `fits_shared` what the comparison has fitted without the first fold is looked at, not fitted again.
    """
    precisions = {name: float(average_precision_at_3(each, rows.y).mean()) for name, each in probabilities.items()}
    best_model = max(names.models, key=precisions.__getitem__)
    by_model, _ = split_columns(rows.X, len(names.models), len(names.classes))  # (N, M, C)
    against = by_model[:, list(names.models).index(best_model)]
    with_trees = [name for name, estimator in estimators.items() if has_trees(estimator)]
    gain_of = max(with_trees, key=precisions.__getitem__, default="")
    gain: tuple[Gain, ...] = ()
    if gain_of:
        progress(f"{gain_of}, what its trees look at")
        gain = gain_shares(_without_first_fold(estimators[gain_of], rows), names.models, names.statistics)
    fitted, asked = rows.parted(FITTED_ROWS, ASKED_ROWS, seed)
    return Explanation(
        method=chosen,
        models=worth_of_models(estimators[chosen], rows, names, seed, progress),
        models_rows=(len(fitted), len(asked)),
        columns=worth_of_columns(estimators[chosen], rows, names, seed, progress),
        columns_rows=min(PERMUTED_ROWS, int((rows.folds == rows.folds.min()).sum())),
        corrections=tuple(corrections(probabilities[chosen], by_model, rows.y, names.models)),
        best_model=best_model,
        classes=tuple(corrections_by_class(probabilities[chosen], against, rows.y, names.classes)),
        gain_of=gain_of if gain else "",
        gain=gain,
    )


def worth_of_models(
    estimator: Stacker, rows: Rows, names: Names, seed: int = 0, progress: Callable[[str], None] = lambda _: None
) -> tuple[Worth, ...]:
    """What each model adds: MAP@3 of the method less that of the method fitted without the model.

    Both are fitted on the same rows of all folds but the first, and asked about the same of the first. Nothing for a
    base model alone, which has no others to do without.
    """
    if estimator.kind == "model" or len(names.models) < 2:
        return ()
    fitted, asked = rows.parted(FITTED_ROWS, ASKED_ROWS, seed)

    def precision(X: Floats, models: int) -> NDArray[np.float64]:  # noqa: N803
        copy = fitted_copy(clone(estimator).set_params(n_models=models), X, rows.y, fitted, rows.folds)
        return average_precision_at_3(copy.predict_proba(X[asked]), rows.y[asked])

    progress("with all models")
    whole, columns, found = precision(rows.X, len(names.models)), names.columns(), []
    for name in names.models:
        progress(f"without {name}")
        without = precision(np.delete(rows.X, columns[name], axis=1), len(names.models) - 1)
        found.append(Worth(name, *paired_bootstrap(whole, without, seed)))
    return tuple(found)


def worth_of_columns(
    estimator: Stacker, rows: Rows, names: Names, seed: int = 0, progress: Callable[[str], None] = lambda _: None
) -> tuple[Worth, ...]:
    """Permutation importance: MAP@3 lost where a model's answers, or a statistic, belong to another drawing.

    Of rows of the first fold, by the method as fitted on the others. Breiman, Random Forests, Machine Learning 45
    (2001). A column whose content others hold too may be worth little here, though much is learned from it.
    """
    progress("columns shuffled")
    fitted = _without_first_fold(estimator, rows)
    _, asked = rows.parted(0, PERMUTED_ROWS, seed)
    X, y = rows.X[asked], rows.y[asked]  # noqa: N806
    whole = average_precision_at_3(fitted.predict_proba(X), y)
    rng, found = np.random.default_rng(seed), []
    for name, columns in names.columns().items():
        shuffled = X.copy()
        shuffled[:, columns] = X[rng.permutation(len(y)), columns]
        broken = average_precision_at_3(fitted.predict_proba(shuffled), y)
        found.append(Worth(name, *paired_bootstrap(whole, broken, seed)))
    return tuple(sorted(found, key=lambda each: -each.worth))


def _without_first_fold(estimator: Stacker, rows: Rows) -> Stacker:
    rest = np.flatnonzero(rows.folds != rows.folds.min())
    return fitted_copy(estimator, rows.X, rows.y, rest, rows.folds)  # type: ignore[no-any-return]
