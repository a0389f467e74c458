"""What every blend and meta-model is: a scikit-learn classifier over the columns of `stacking.columns`."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from ground.arrays import read_npz
from ground.errors import BadSettings
from ground.files import whole_folder
from stacking.columns import Floats, Groups, Labels, split_columns
from stacking.description import read_description, write_description
from stacking.matrices import classes_and_labels, matrix_to_answer, matrix_to_fit
from stacking.parts import checked_groups

ROWS_AT_ONCE = 20_000  # answered; × 5 models × 340 classes × 4 bytes = 136 MB for each array of that shape


class Stacker(ClassifierMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """Base of all. X is (N, M * C + F): M models' probabilities side by side, then F statistics, NaN where unknown.

    With `n_classes` given, y holds places in the class list, 0 to C - 1, of which any may be absent; without
    it, the classes are those that occur in y, and the columns of X follow their sorted order.

    A subclass learns in `_learn` and answers in `_probabilities`, and keeps what it learned in attributes that
    end in `_`; arrays among them, named in `_arrays`, are saved as they are. Parameters that are no JSON, such as
    stackers within it, are named in `_apart` and saved in `_save_more`, where they are to be kept.
    """

    kind: ClassVar[Literal["model", "blend", "meta"]]
    _arrays: ClassVar[tuple[str, ...]] = ()
    _apart: ClassVar[tuple[str, ...]] = ()
    n_models: int
    n_classes: int | None

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn from X and y; `groups` (N,), where given, are the folds by which the base models were trained.

        What is chosen or weighed by an inner cross-validation then holds for rows that other copies answer for.
        """
        matrix, y = matrix_to_fit(self, X, y)
        self.classes_, labels = classes_and_labels(y, self.n_classes)
        self._learn(
            *split_columns(matrix, self.n_models, len(self.classes_)), labels, checked_groups(groups, len(labels))
        )
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803
        """(N, C) probabilities of sum 1, columns in the order of `classes_`."""
        check_is_fitted(self, "classes_")
        probabilities, statistics = split_columns(matrix_to_answer(self, X), self.n_models, len(self.classes_))
        answer = np.empty((len(probabilities), len(self.classes_)), np.float32)
        for first in range(0, len(answer), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            answer[part] = self._probabilities(probabilities[part], statistics[part])
        return answer

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """(N,) the most probable class of each row."""
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def save(self, folder: Path) -> None:
        """Write settings as JSON, arrays as .npz and trees as LightGBM's text: nothing that runs on reading."""
        check_is_fitted(self, "classes_")
        with whole_folder(folder) as temporary:
            self._save_into(temporary)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote; raises `MissingResult`, `BadData` where it is damaged, `BadSettings` for another class."""
        content = read_description(folder)
        if content["class"] != cls.__name__:
            raise BadSettings(f"Expected a {cls.__name__} in {folder}, received a {content['class']}.")
        stacker = cls(**content["params"])
        arrays = read_npz(folder / "arrays.npz")
        for name in ("classes_", *cls._arrays):
            setattr(stacker, name, arrays[name].copy())  # read_npz gives what may not be written
        stacker.n_features_in_ = content["n_features_in"]
        stacker._load_more(folder)
        return stacker

    @property
    def last(self) -> "Stacker":
        """The one that has the last word: itself, or of several within it the one that answers."""
        return self

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.classifier_tags.poor_score = True  # on what are no probabilities
        return tags

    @abstractmethod
    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        """Learn from (N, M, C), (N, F) and (N,) labels 0 to C - 1, with (N,) groups or None."""

    @abstractmethod
    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        """(N, C) of sum 1 from (N, M, C) and (N, F)."""

    def _settings(self) -> dict[str, Any]:
        """The parameters that are written with the estimator, as JSON."""
        return {name: value for name, value in self.get_params(deep=False).items() if name not in self._apart}

    def _save_more(self, folder: Path) -> None:
        """Write what is neither a setting nor an array; most have nothing."""

    def _load_more(self, folder: Path) -> None:
        """Read what `_save_more` wrote."""

    def _save_into(self, folder: Path) -> None:
        arrays = {name: np.asarray(getattr(self, name)) for name in ("classes_", *self._arrays)}
        np.savez(folder / "arrays.npz", **arrays)  # type: ignore[arg-type]
        self._save_more(folder)
        content = {"class": type(self).__name__, "params": self._settings(), "n_features_in": self.n_features_in_}
        write_description(folder, content)
