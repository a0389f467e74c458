"""Other tools' ways to stack the same rows: scikit-learn's logistic regression, AutoGluon's blend and its LightGBM."""

import importlib.util
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import StackingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stacking.columns import Floats, Labels

AUTOGLUON, AUTOGLUON_TREES = "AutoGluon weighted ensemble", "AutoGluon LightGBM"
ENSEMBLE_SIZE = 25  # AutoGluon's own default
ITERATIONS = 200  # of L-BFGS at the most


class Fitted(ClassifierMixin, BaseEstimator):
    """A base model that has been fitted elsewhere: its probabilities are columns of X."""

    def __init__(self, model: int, classes: int) -> None:
        self.model, self.classes = model, classes

    def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
        return X[:, self.model * self.classes : (self.model + 1) * self.classes]

    def fit(self, X: Floats, y: Labels) -> "Fitted":  # noqa: N803
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True


class LogisticStack:
    """`StackingClassifier` over prefit models; with `statistics`, all of X is passed on beside their probabilities.

    Statistics are imputed and all is standardised then, without which logistic regression does not converge.
    """

    def __init__(self, models: int, classes: int, statistics: bool) -> None:
        last = LogisticRegression(max_iter=ITERATIONS)
        self.classes = classes
        self.stack = StackingClassifier(
            [(f"model_{model}", Fitted(model, classes)) for model in range(models)],
            make_pipeline(SimpleImputer(), StandardScaler(), last) if statistics else last,
            cv="prefit",
            passthrough=statistics,
        )

    def fit(self, X: Floats, y: Labels) -> None:  # noqa: N803
        self.stack.fit(X, y)

    def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
        """(N, C); 0 for a class that no fitted row had."""
        answer = np.zeros((len(X), self.classes), np.float32)
        answer[:, self.stack.classes_] = self.stack.predict_proba(X)
        return answer


class AutoGluonBlend:
    """The weighted ensemble that AutoGluon puts on its models: greedy selection, by accuracy."""

    def __init__(self, models: int, classes: int) -> None:
        from autogluon.core.metrics import accuracy
        from autogluon.core.models.greedy_ensemble.ensemble_selection import EnsembleSelection

        self.shape = (-1, models, classes)
        self.selection = EnsembleSelection(ENSEMBLE_SIZE, "multiclass", accuracy)

    def fit(self, X: Floats, y: Labels) -> None:  # noqa: N803
        self.selection.fit(self._parts(X), y)

    def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
        return np.asarray(self.selection.predict_proba(self._parts(X)), np.float32)

    def _parts(self, X: Floats) -> list[Floats]:  # noqa: N803
        _, models, classes = self.shape
        return list(X[:, : models * classes].reshape(self.shape).swapaxes(0, 1))


class AutoGluonTrees:
    """The LightGBM that AutoGluon stacks on its models: over all of X, with its own settings, for `limit` seconds."""

    def __init__(self, classes: int, limit: float) -> None:
        self.classes, self.limit, self.folder = classes, limit, tempfile.TemporaryDirectory()

    def fit(self, X: Floats, y: Labels) -> None:  # noqa: N803
        from autogluon.tabular import TabularPredictor

        predictor = TabularPredictor("label", "multiclass", path=self.folder.name, verbosity=0)
        given: dict[str, Any] = {"hyperparameters": {"GBM": {}}, "fit_weighted_ensemble": False}
        self.predictor = predictor.fit(self._table(X).assign(label=y), time_limit=self.limit, **given)

    def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
        """(N, C); 0 for a class that it has left out for want of rows."""
        answer = np.zeros((len(X), self.classes), np.float32)
        said = self.predictor.predict_proba(self._table(X))
        answer[:, said.columns.to_numpy().astype(int)] = said.to_numpy()
        return answer

    @staticmethod
    def _table(X: Floats) -> pd.DataFrame:  # noqa: N803
        return pd.DataFrame(X, columns=[f"column {number}" for number in range(X.shape[1])])


PEERS: dict[str, Callable[[int, int, float], Any]] = {
    "StackingClassifier": lambda models, classes, _: LogisticStack(models, classes, statistics=False),
    "StackingClassifier with statistics": lambda models, classes, _: LogisticStack(models, classes, statistics=True),
    AUTOGLUON: lambda models, classes, _: AutoGluonBlend(models, classes),
    AUTOGLUON_TREES: lambda _, classes, limit: AutoGluonTrees(classes, limit),
}
NEEDS = {AUTOGLUON: "autogluon.core", AUTOGLUON_TREES: "autogluon.tabular"}


def installed() -> list[str]:
    """The names of the peers that can be tried here."""
    return [name for name in PEERS if name not in NEEDS or _is_there(NEEDS[name])]


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it is in
        return False
