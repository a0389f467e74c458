"""Soft voting: the mean of what several stackers say."""

import numpy as np
import pytest

from ground.errors import BadSettings
from oof.folds import fold_of
from stacking import rankers
from stacking.methods import methods
from stacking.shared_fits import fits_shared, fitted_copy
from stacking.voting import VotingStacker
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of, small_stacks

DRAWINGS = generated_oof(300, CLASSES, seed=3)
X, Y = columns_of(DRAWINGS), DRAWINGS.label
FOLDS = fold_of(DRAWINGS.key_id, 4)


def test_it_answers_with_the_mean_of_what_each_says_by_itself() -> None:
    stacks = small_stacks()
    said = [stacks[name].fit(X[:200], Y[:200], FOLDS[:200]).predict_proba(X[200:]) for name in ("lambdarank", "binary")]
    voted = small_stacks()["rankers"].fit(X[:200], Y[:200], FOLDS[:200]).predict_proba(X[200:])
    np.testing.assert_allclose(voted, np.mean(said, axis=0), atol=1e-6)


def test_what_a_table_has_fitted_before_is_not_fitted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    boosted, boost = [], rankers.boost
    monkeypatch.setattr(rankers, "boost", lambda *given: boosted.append(given[-1]["objective"]) or boost(*given))
    stacks, rows = small_stacks(), np.flatnonzero(FOLDS != 1)
    with fits_shared():
        for name in ("lambdarank", "binary", "rankers"):
            fitted_copy(stacks[name], X, Y, rows, FOLDS)
    assert boosted == ["lambdarank", "binary"]


def test_settings_given_to_a_method_are_those_of_the_one_that_votes() -> None:
    every = methods(["one", "other"], CLASSES, multiclass=False)
    every["lambdarank"].set_params(rounds=7)
    assert dict(every["rankers"].stackers)["lambdarank"].rounds == 7


def test_none_to_take_the_mean_of_are_refused() -> None:
    with pytest.raises(BadSettings, match="received none"):
        VotingStacker((), MODELS, CLASSES).fit(X, Y)
