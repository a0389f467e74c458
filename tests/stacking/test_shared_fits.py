"""A fit is made once for equal rows and settings, and anew for all others; sharing changes no answer."""

import numpy as np
import pytest

from stacking import linear
from stacking.linear import LinearStacker
from stacking.shared_fits import fits_shared
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of, small_stacks

DRAWINGS = generated_oof(300, CLASSES, seed=2)
X, Y = columns_of(DRAWINGS), DRAWINGS.label


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of each linear fit that is really made."""
    rows: list[int] = []
    fit = linear.logistic_matrix

    def counted(inputs, start, labels, penalty, iterations):
        rows.append(len(labels))
        return fit(inputs, start, labels, penalty, iterations)

    monkeypatch.setattr(linear, "logistic_matrix", counted)
    return rows


def test_rankers_and_linear_fit_what_they_have_in_common_once_and_answer_as_alone(fits: list[int]) -> None:
    names = ("linear", "lambdarank", "binary")
    alone = {name: small_stacks()[name].fit(X, Y).predict_proba(X) for name in names}
    assert len(fits) == 1 + 2 * (3 + 1)  # three inner folds and all rows, for each ranker
    fits.clear()
    with fits_shared():
        shared = {name: small_stacks()[name].fit(X, Y).predict_proba(X) for name in names}
    assert sorted(fits) == [200, 200, 200, 300]
    for name in names:
        np.testing.assert_array_equal(shared[name], alone[name])


def test_other_labels_rows_or_settings_are_fitted_anew(fits: list[int]) -> None:
    swapped = Y.copy()
    swapped[[0, 1]] = Y[[0, 1]] + 1
    changed = X.copy()
    changed[-1, -2] += 1
    with fits_shared():
        for matrix, labels in ((X, Y), (X, swapped % CLASSES), (changed, Y), (X[::-1], Y), (X, Y)):
            LinearStacker(MODELS, CLASSES).fit(matrix, labels)
        LinearStacker(MODELS, CLASSES, penalty=3).fit(X, Y)
    assert len(fits) == 5
    LinearStacker(MODELS, CLASSES).fit(X, Y)  # what was shared is forgotten
    assert len(fits) == 6
