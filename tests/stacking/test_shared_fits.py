"""A fit is made once for equal rows and settings, and anew for all others; sharing changes no answer."""

import numpy as np
import pytest

from oof.folds import fold_of
from stacking import linear_fits, shared_fits
from stacking.choice import compare
from stacking.linear import LinearStacker
from stacking.shared_fits import fits_shared, fitted_copy
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of, small_stacks

DRAWINGS = generated_oof(300, CLASSES, seed=2)
X, Y = columns_of(DRAWINGS), DRAWINGS.label
FOLDS = fold_of(DRAWINGS.key_id, 4)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, float]]:
    """Of each linear fit that is really made: how many rows, the rows themselves, the penalty."""
    made: list[tuple[int, int, float]] = []
    fit = linear_fits.logistic_matrix

    def counted(inputs, start, labels, penalty, iterations, first=None):
        made.append((len(labels), hash(inputs.tobytes()), penalty))
        return fit(inputs, start, labels, penalty, iterations, first)

    monkeypatch.setattr(linear_fits, "logistic_matrix", counted)
    return made


def test_rankers_and_linear_fit_what_they_have_in_common_once_and_answer_as_alone(fits: list) -> None:
    names = ("linear", "lambdarank", "binary")
    alone = {name: small_stacks()[name].fit(X, Y, FOLDS).predict_proba(X) for name in names}
    fits.clear()
    with fits_shared():
        shared = {name: small_stacks()[name].fit(X, Y, FOLDS).predict_proba(X) for name in names}
    assert len(fits) == len(set(fits))  # the four parts and all rows, each penalty once
    for name in names:
        np.testing.assert_array_equal(shared[name], alone[name])


def test_a_choice_made_anew_fits_what_is_without_two_folds_once(fits: list) -> None:
    methods = {name: small_stacks()[name] for name in ("geometric", "linear", "binary")}
    alone = compare(methods, X, Y, FOLDS, nested=True)
    fits.clear()
    with fits_shared():
        shared = compare(methods, X, Y, FOLDS, nested=True)
    sizes = [int((fold == FOLDS).sum()) for fold in range(4)]
    pairs = {300 - one - other for place, one in enumerate(sizes) for other in sizes[:place]}
    assert pairs <= {rows for rows, *_ in fits}
    assert len(fits) == len(set(fits))
    assert shared.nested == alone.nested


def test_a_fitted_copy_is_the_same_for_equal_rows_and_another_for_others() -> None:
    rows, blend = np.arange(200), small_stacks()["weighted"]
    with fits_shared():
        first = fitted_copy(blend, X, Y, rows, FOLDS)
        assert fitted_copy(blend, X[:200].copy(), Y[:200], rows, FOLDS[:200]) is first
        for other in (
            fitted_copy(blend, X, Y, rows[1:], FOLDS),
            fitted_copy(blend, X, Y, rows),
            fitted_copy(blend, X, Y, rows, FOLDS % 2),
            fitted_copy(small_stacks()["greedy"], X, Y, rows, FOLDS),
        ):
            assert other is not first
    assert fitted_copy(blend, X, Y, rows, FOLDS) is not first


def test_what_is_known_of_an_array_goes_with_it() -> None:
    given = X.copy()
    with fits_shared():
        known = shared_fits._shared.get().digests
        fitted_copy(LinearStacker(MODELS, CLASSES), given, Y, np.arange(200))
        assert id(given) in known
        del given
        assert set(known) <= {id(Y)}


def test_other_labels_rows_or_settings_are_fitted_anew(fits: list) -> None:
    swapped = Y.copy()
    swapped[[0, 1]] = Y[[0, 1]] + 1
    changed = X.copy()
    changed[-1, -2] += 1
    with fits_shared():
        for matrix, labels in ((X, Y), (X, swapped % CLASSES), (changed, Y), (X[::-1], Y), (X, Y)):
            LinearStacker(MODELS, CLASSES, penalty=5.0).fit(matrix, labels)
        LinearStacker(MODELS, CLASSES, penalty=4.0).fit(X, Y)
    assert len(fits) == 5
    LinearStacker(MODELS, CLASSES, penalty=4.0).fit(X, Y)  # what was shared is forgotten
    assert len(fits) == 6
