"""Two layers and more: meta-models whose answers are stacked again, beside the base models'."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone

from ground.errors import BadSettings
from stacking.columns import Floats, Groups, Labels, join_columns, matrix_of
from stacking.cross_validation import cross_predicted
from stacking.named import Named, load_named, save_named, sized, unfitted
from stacking.parts import inner_parts
from stacking.stacker import Stacker

FIRST = ("linear", "lambdarank", "multiclass")  # unlike one another; the other rankers err where lambdarank does
SECOND = ("weighted", "lambdarank")  # the blend that can hardly overfit, and the trees


class LayeredStacker(Stacker):
    """`second` over the base models, the statistics and, as models more, what each of `first` says.

    What teaches `second` of a row is said by copies of `first` that were fitted without it (`inner_folds` parts,
    of whole groups where these are given); new rows are answered by copies fitted on all. All of that happens within
    `fit`: whoever holds rows back from it holds them back from every layer. Three layers are a `second` of two. Both
    are given as in scikit-learn's StackingClassifier, (name, estimator) pairs and an estimator, without their numbers
    of models and classes.
    """

    kind = "meta"
    _apart = ("first", "second")

    def __init__(
        self,
        first: Named = (),
        second: Stacker | None = None,
        n_models: int = 1,
        n_classes: int | None = None,
        inner_folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.first = first
        self.second = second
        self.n_models = n_models
        self.n_classes = n_classes
        self.inner_folds = inner_folds
        self.seed = seed

    @property
    def last(self) -> Stacker:
        """What `second` has for its last."""
        return self if self.second is None else self.second.last

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        if not self.first or self.second is None:
            raise BadSettings("Expected estimators for both layers, received none for one. Give `first` and `second`.")
        rows, models, classes = probabilities.shape
        matrix = matrix_of(probabilities, statistics)
        first = sized(self.first, models, classes)
        parts = inner_parts(rows, self.inner_folds, self.seed, groups)  # (N,)
        said = [cross_predicted(stacker, matrix, labels, parts) for _, stacker in first]
        self.first_ = [(name, stacker.fit(matrix, labels, groups)) for name, stacker in first]
        second = clone(self.second).set_params(n_models=models + len(said), n_classes=classes)
        self.second_ = second.fit(_joined(probabilities, said, statistics), labels, groups)

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        matrix = matrix_of(probabilities, statistics)
        said = [stacker.predict_proba(matrix) for _, stacker in self.first_]
        return np.asarray(self.second_.predict_proba(_joined(probabilities, said, statistics)))

    def _save_more(self, folder: Path) -> None:
        save_named(self.first_, folder, "first")
        self.second_.save(folder / "second")

    def _load_more(self, folder: Path) -> None:
        from stacking.methods import load_method  # here, as it knows this class too

        self.first_ = load_named(folder, "first")
        self.second_ = load_method(folder / "second")
        self.first = unfitted(self.first_)
        self.second = clone(self.second_)


def layered(methods: Mapping[str, Stacker], layers: int) -> dict[str, Stacker]:
    """`weighted_2` and `lambdarank_2`, then those of three layers and so on up to `layers`; none for one layer.

    First come the meta-models of `FIRST`, last the methods of `SECOND`, of either those that `methods` has. Raises
    `BadSettings` where it has none.
    """
    if layers == 1:
        return {}
    first = [(name, methods[name]) for name in FIRST if name in methods]
    second = {name: methods[name] for name in SECOND if name in methods}
    if not first or not second:
        raise BadSettings(
            f"Expected one of {', '.join(FIRST)} and one of {', '.join(SECOND)} to stack in {layers} layers, "
            f"received {', '.join(methods)}. Add them to stack.methods, or set stack.layers=1."
        )
    found: dict[str, Stacker] = {}
    for depth in range(2, layers + 1):
        above = {name: found.get(f"{name}_{depth - 1}", stacker) for name, stacker in second.items()}
        sizes: dict[str, Any] = {"n_models": first[0][1].n_models, "n_classes": first[0][1].n_classes}
        found |= {f"{name}_{depth}": LayeredStacker(first, stacker, **sizes) for name, stacker in above.items()}
    return found


def _joined(probabilities: Floats, said: Sequence[Floats], statistics: Floats) -> Floats:
    """(N, (M + L) * C + F)"""
    return join_columns([*np.moveaxis(probabilities, 1, 0), *said], statistics)
