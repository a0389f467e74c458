"""What every stacker is that prepares rows for another one: it is saved, asked and explained as that one is."""

from abc import ABC
from pathlib import Path
from typing import ClassVar

from sklearn.base import clone

from stacking.columns import Floats, Groups, Labels, matrix_of
from stacking.stacker import Stacker


class WrappedStacker(Stacker, ABC):
    """Base of all: `stacker` is given unfitted, without its numbers of models and classes; `stacker_` is the fitted."""

    _apart: ClassVar[tuple[str, ...]] = ("stacker",)
    stacker: Stacker | None
    stacker_: Stacker

    @property
    def last(self) -> Stacker:
        """What `stacker` has for its last."""
        return self if self.stacker is None else self.stacker.last

    def _fitted(self, X: Floats, labels: Labels, groups: Groups, n_classes: int) -> Stacker:  # noqa: N803
        inner = clone(self.stacker).set_params(n_models=self.n_models, n_classes=n_classes)
        return inner.fit(X, labels, groups)  # type: ignore[no-any-return]

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        return self.stacker_.predict_proba(matrix_of(probabilities, statistics))

    def _save_more(self, folder: Path) -> None:
        self.stacker_.save(folder / "stacker")

    def _load_more(self, folder: Path) -> None:
        from stacking.methods import load_method  # here, as it knows this class too

        self.stacker_ = load_method(folder / "stacker")
        self.stacker = clone(self.stacker_)
