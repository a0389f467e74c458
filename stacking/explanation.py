"""Why the kept method answers as it does: what it looks at, what each model adds, where it overrules them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from oof.scores import average_precision_at_3, paired_bootstrap
from stacking.columns import Floats, Labels, split_columns
from stacking.corrections import Corrections, corrections, corrections_by_class
from stacking.cross_validation import cross_predicted
from stacking.gain import Gain, gain_shares, has_trees
from stacking.stacker import Stacker

# Rows drawn of more, by the standard error of a difference of 0.1 in a row's average precision over so many:
MOST_ROWS = 50_000  # 0.0004 of what a model adds, for a fit of every fold without every model
PERMUTED_ROWS = 5_000  # 0.0014 of what a column is worth, for an answer without every model and statistic


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
    columns: tuple[Worth, ...]  # shuffled among the rows under the fitted method, the most important first
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

    def some(self, most: int, seed: int) -> "Rows":
        """These, or `most` of them."""
        if len(self.y) <= most:
            return self
        rows = np.sort(np.random.default_rng(seed).choice(len(self.y), most, replace=False))
        return Rows(self.X[rows], self.y[rows], self.folds[rows])


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
    fitted: Stacker,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Explanation:
    """Explain `chosen` of `estimators`, whose out-of-fold answers are `probabilities`, each (N, C).

    `fitted` is the chosen one on all rows.
    """
    of_rows = {name: average_precision_at_3(each, rows.y) for name, each in probabilities.items()}
    precisions = {name: float(each.mean()) for name, each in of_rows.items()}
    best_model = max(names.models, key=precisions.__getitem__)
    by_model, _ = split_columns(rows.X, len(names.models), len(names.classes))  # (N, M, C)
    against = by_model[:, list(names.models).index(best_model)]
    drawn = rows.some(MOST_ROWS, seed)
    with_trees = [name for name, estimator in estimators.items() if has_trees(estimator)]
    gain_of = max(with_trees, key=precisions.__getitem__, default="")
    gain: tuple[Gain, ...] = ()
    if gain_of:
        progress(f"{gain_of}, what its trees look at")
        known = gain_of == chosen and drawn is rows
        trees = fitted if known else clone(estimators[gain_of]).fit(drawn.X, drawn.y, drawn.folds)
        gain = gain_shares(trees, names.models, names.statistics)
    whole = of_rows[chosen] if drawn is rows else None
    return Explanation(
        method=chosen,
        models=worth_of_models(estimators[chosen], drawn, names, seed, progress, whole),
        columns=worth_of_columns(estimators[chosen], drawn, names, seed, progress),
        corrections=tuple(corrections(probabilities[chosen], by_model, rows.y, names.models)),
        best_model=best_model,
        classes=tuple(corrections_by_class(probabilities[chosen], against, rows.y, names.classes)),
        gain_of=gain_of if gain else "",
        gain=gain,
    )


def worth_of_models(
    estimator: Stacker,
    rows: Rows,
    names: Names,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
    whole: NDArray[np.float64] | None = None,
) -> tuple[Worth, ...]:
    """What each model adds: MAP@3 of the method less that of the method fitted without the model, cross-validated.

    `whole` (N,) is the method's average precision on these rows with all models, where that is known. Nothing for a
    base model alone, which has no others to do without.
    """
    if estimator.kind == "model" or len(names.models) < 2:
        return ()
    if whole is None:
        whole = average_precision_at_3(cross_predicted(estimator, rows.X, rows.y, rows.folds), rows.y)
    fewer = clone(estimator).set_params(n_models=len(names.models) - 1)
    columns, found = names.columns(), []
    for name in names.models:
        progress(f"without {name}")
        others = np.delete(rows.X, columns[name], axis=1)
        without = average_precision_at_3(cross_predicted(fewer, others, rows.y, rows.folds), rows.y)
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
    held_out = rows.folds == rows.folds.min()
    fitted = clone(estimator).fit(rows.X[~held_out], rows.y[~held_out], rows.folds[~held_out])
    asked = Rows(rows.X[held_out], rows.y[held_out], rows.folds[held_out]).some(PERMUTED_ROWS, seed)
    whole = average_precision_at_3(fitted.predict_proba(asked.X), asked.y)
    rng, found = np.random.default_rng(seed), []
    for name, columns in names.columns().items():
        shuffled = asked.X.copy()
        shuffled[:, columns] = asked.X[rng.permutation(len(asked.y)), columns]
        broken = average_precision_at_3(fitted.predict_proba(shuffled), asked.y)
        found.append(Worth(name, *paired_bootstrap(whole, broken, seed)))
    return tuple(sorted(found, key=lambda each: -each.worth))
