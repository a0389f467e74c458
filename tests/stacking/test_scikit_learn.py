"""Blends, meta-models and calibrations behave as scikit-learn expects of a classifier and of a transformer."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from stacking.blends import GeometricBlend, MeanBlend, SingleModel, WeightedBlend
from stacking.calibration import TemperatureScaling, VectorScaling
from stacking.columns import join_columns
from stacking.greedy_selection import GreedyBlend
from stacking.linear import LinearStacker
from stacking.multiclass import MulticlassStacker
from stacking.power_mean import PowerBlend
from stacking.rank_mean import RankBlend
from stacking.rankers import CandidateStacker
from tests.stacking.generated import generated_oof

TREES: dict[str, Any] = {"rounds": 3, "threads": 1}
ESTIMATORS = [
    SingleModel(),
    MeanBlend(),
    GeometricBlend(),
    RankBlend(),
    PowerBlend(bags=2),
    WeightedBlend(),
    GreedyBlend(bags=2, steps=5),
    LinearStacker(iterations=5),
    CandidateStacker("lambdarank", inner_folds=2, **TREES),
    CandidateStacker("xendcg", inner_folds=2, **TREES),
    CandidateStacker("binary", inner_folds=2, **TREES),
    MulticlassStacker(**TREES),
    TemperatureScaling(),
    VectorScaling(iterations=5),
]

TOO_NARROW = "its data has 3 classes and 2 columns: not a probability for each class; below it is tried on columns"
DOES_NOT_APPLY = {
    "check_estimators_overwrite_params": TOO_NARROW,
    "check_estimators_fit_returns_self": TOO_NARROW,
    "check_readonly_memmap_input": TOO_NARROW,
    "check_classifiers_classes": TOO_NARROW,
    "check_classifiers_train": TOO_NARROW,
    "check_fit2d_1feature": "one column for 2 classes is refused, in words that are not scikit-learn's",
    "check_positive_only_tag_during_fit": "negative probabilities are refused, in words that are not scikit-learn's",
    "check_estimators_dtypes": "its whole numbers have rows of zeros, which are refused: no model has predicted them",
}


def does_not_apply(estimator: BaseEstimator) -> dict[str, str]:
    return DOES_NOT_APPLY


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=does_not_apply, xfail_strict=True)
def test_scikit_learns_own_checks(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]) -> None:
    check(estimator)


DRAWINGS = generated_oof(240, 6, models=2, statistics=2)
COLUMNS = join_columns(DRAWINGS.probabilities, DRAWINGS.statistics)
NAMES = np.array([f"class {place}" for place in range(6)])
WIDE = [clone(estimator).set_params(n_models=2) for estimator in ESTIMATORS]
each_on_columns = pytest.mark.parametrize("estimator", WIDE, ids=lambda one: type(one).__name__)


def answer(estimator: Any, columns: Any) -> Any:
    return (estimator.predict_proba if hasattr(estimator, "predict_proba") else estimator.transform)(columns)


@each_on_columns
def test_on_columns_of_probabilities_it_does_what_those_checks_ask(estimator: Any, tmp_path: Path) -> None:
    before = estimator.get_params()
    np.save(tmp_path / "columns.npy", COLUMNS)
    fitted = clone(estimator).fit(np.load(tmp_path / "columns.npy", mmap_mode="r"), NAMES[DRAWINGS.label])
    assert type(fitted) is type(estimator)
    assert fitted.get_params() == before
    np.testing.assert_array_equal(fitted.classes_, NAMES)
    assert fitted.n_features_in_ == COLUMNS.shape[1]
    np.testing.assert_array_equal(answer(fitted, COLUMNS), answer(pickle.loads(pickle.dumps(fitted)), COLUMNS))
    np.testing.assert_allclose(answer(fitted, COLUMNS.tolist()), answer(fitted, COLUMNS), atol=1e-6)
    if hasattr(fitted, "score"):
        assert fitted.score(COLUMNS, NAMES[DRAWINGS.label]) > 0.7


def test_its_settings_can_be_searched() -> None:
    search = GridSearchCV(PowerBlend(n_models=2), {"exponent": [0.0, 1.0]}, cv=2, scoring="neg_log_loss")
    search.fit(COLUMNS[:, :12], DRAWINGS.label)
    assert search.best_params_["exponent"] in (0.0, 1.0)


def test_three_scikit_learn_models_are_stacked_on_digits() -> None:
    images, digits = load_digits(return_X_y=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    models = [GaussianNB(), KNeighborsClassifier(), ExtraTreesClassifier(50, random_state=0)]
    parts = [cross_val_predict(model, images, digits, cv=folds, method="predict_proba") for model in models]
    accuracy = {
        type(stack).__name__: cross_val_score(stack, join_columns(parts), digits, cv=folds).mean()
        for stack in (GeometricBlend(n_models=3), GreedyBlend(n_models=3), LinearStacker(n_models=3, confusions=True))
    }
    alone = [float((part.argmax(axis=1) == digits).mean()) for part in parts]
    assert max(accuracy.values()) > max(alone)
    assert accuracy["GreedyBlend"] > max(alone) - 0.002
