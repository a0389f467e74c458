"""What a country says of the classes: a share of those known, nothing of those never seen."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from oof.scores import map_at_3
from stacking.categories import CategoryPrior
from stacking.columns import join_columns
from stacking.linear import LinearStacker
from stacking.multiclass import MulticlassStacker
from stacking.rankers import CandidateStacker
from stacking.stacker import Stacker
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of

DRAWINGS = generated_oof(900, CLASSES, seed=8)
X, Y = columns_of(DRAWINGS), DRAWINGS.label
COUNTRY = np.where(np.arange(900) % 10 == 0, np.nan, 100.0 + Y % 3).astype(
    np.float32
)  # each has a third of the classes
WITH = np.hstack([X, COUNTRY[:, None]])


def test_the_lift_is_what_a_country_adds_to_the_log_share() -> None:
    share = np.bincount(Y, minlength=CLASSES) / len(Y)
    prior = CategoryPrior.of(COUNTRY, Y, share)
    np.testing.assert_array_equal(prior.numbers, [100, 101, 102])
    own = COUNTRY == 101
    for c in range(CLASSES):
        expected = ((Y[own] == c).sum() + 100 * share[c]) / (own.sum() + 100) / share[c]
        assert prior.lift[1, c] == pytest.approx(np.log(expected), abs=1e-5)
    np.testing.assert_array_equal(prior.of_rows(np.array([102, np.nan, 7, 100, 1e6], np.float32)), [2, 3, 3, 0, 3])
    assert (prior.lift[3] == 0).all()


def test_without_any_known_country_nothing_is_said() -> None:
    prior = CategoryPrior.of(np.full(5, np.nan, np.float32), np.arange(5), np.full(5, 0.2))
    np.testing.assert_array_equal(prior.of_rows(np.array([1.0, np.nan], np.float32)), [0, 0])
    np.testing.assert_array_equal(prior.lift, np.zeros((1, 5)))


def ranker(**settings: object) -> CandidateStacker:
    return CandidateStacker("binary", MODELS, CLASSES, rounds=30, inner_folds=3, threads=1, **settings)


def test_a_ranker_learns_from_the_country_and_answers_where_it_is_unknown() -> None:
    telling = ranker(categorical=True).fit(WITH[:600], Y[:600])
    plain = ranker().fit(X[:600], Y[:600])
    known = np.flatnonzero(np.isfinite(COUNTRY[600:])) + 600
    assert map_at_3(telling.predict_proba(WITH[known]), Y[known]) > map_at_3(plain.predict_proba(X[known]), Y[known])
    unknown = WITH[600:].copy()
    unknown[:, -1] = 12345
    np.testing.assert_allclose(telling.predict_proba(unknown).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("stacker", [LinearStacker, partial(MulticlassStacker, rounds=5, threads=1)])
def test_who_has_no_use_for_the_number_leaves_it_out(stacker: Callable[..., Stacker]) -> None:
    plain, with_number = stacker(MODELS, CLASSES).fit(X, Y), stacker(MODELS, CLASSES, categorical=True)
    np.testing.assert_array_equal(with_number.fit(WITH, Y).predict_proba(WITH), plain.predict_proba(X))


@pytest.mark.parametrize("seed", range(3))
def test_of_shuffled_labels_a_country_tells_nothing(seed: int) -> None:
    shuffled = np.random.default_rng(seed).integers(CLASSES, size=900)
    countries = np.random.default_rng(seed + 9).integers(200, size=900).astype(np.float32)  # few drawings each
    matrix = join_columns(DRAWINGS.probabilities, np.hstack([DRAWINGS.statistics, countries[:, None]]))
    answer = ranker(categorical=True).fit(matrix[:600], shuffled[:600]).predict_proba(matrix[600:])
    assert map_at_3(answer, shuffled[600:]) == pytest.approx(11 / 6 / CLASSES, abs=4 * 0.28 / np.sqrt(300))
