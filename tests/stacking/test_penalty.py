"""The penalty follows what the rows can teach, as seen by base models that did not learn them."""

import numpy as np
import pytest

from ground.errors import BadOOF, BadSettings
from oof.scores import log_loss
from stacking.blends import WeightedBlend
from stacking.columns import join_columns
from stacking.linear import LinearStacker
from stacking.parts import inner_parts
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of


def test_much_penalty_where_statistics_say_nothing_and_the_blend_itself_is_left() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(40, 0.1), size=400).astype(np.float32)
    y = (probabilities.cumsum(axis=1) < rng.random((400, 1))).sum(axis=1).clip(max=39)  # they are the whole truth
    X = join_columns([probabilities], rng.normal(size=(400, 8)).astype(np.float32))  # noqa: N806
    linear, free = (LinearStacker(1, 40, penalty).fit(X[:300], y[:300]) for penalty in ("auto", 3.0))
    assert linear.penalty_ >= 300
    assert log_loss(linear.predict_proba(X[300:]), y[300:]) < log_loss(free.predict_proba(X[300:]), y[300:])


def test_little_penalty_where_statistics_tell_what_the_models_do_not_see() -> None:
    drawings = generated_oof(900, CLASSES, MODELS, seed=1)
    X, y = columns_of(drawings), drawings.label  # noqa: N806
    linear, strict = (LinearStacker(MODELS, CLASSES, penalty).fit(X[:600], y[:600]) for penalty in ("auto", 1000.0))
    assert linear.penalty_ <= 30
    assert log_loss(linear.predict_proba(X[600:]), y[600:]) < log_loss(strict.predict_proba(X[600:]), y[600:])


def test_what_holds_within_one_fold_of_the_base_models_alone_is_not_learned() -> None:
    rng = np.random.default_rng(0)
    y, folds = rng.integers(CLASSES, size=900), np.arange(900) % 3
    places = rng.permuted(np.tile(np.arange(CLASSES), (3, 1)), axis=1)[folds, y]  # each fold has names of its own
    strokes = np.eye(CLASSES)[places].astype(np.float32) + 0.3 * rng.normal(size=(900, CLASSES)).astype(np.float32)
    X = join_columns([np.full((900, CLASSES), 1 / CLASSES, np.float32)], strokes)  # noqa: N806
    assert LinearStacker(1, CLASSES).fit(X, y, folds).penalty_ >= 300
    assert LinearStacker(1, CLASSES).fit(X, y).penalty_ <= 30  # random parts hold rows of every fold


def test_an_infinite_penalty_leaves_the_blend() -> None:
    drawings = generated_oof(100, CLASSES, MODELS)
    X, y = columns_of(drawings), drawings.label  # noqa: N806
    blend = WeightedBlend(MODELS, CLASSES).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(LinearStacker(MODELS, CLASSES, np.inf).fit(X, y).predict_proba(X), blend, atol=1e-6)


@pytest.mark.parametrize("penalty", [-1.0, "some", float("nan")])
def test_other_penalties_are_refused(penalty: object) -> None:
    drawings = generated_oof(30, CLASSES, MODELS)
    with pytest.raises(BadSettings, match="0 rows or more, or 'auto', received"):
        LinearStacker(MODELS, CLASSES, penalty).fit(columns_of(drawings), drawings.label)


def test_parts_are_whole_groups_where_there_are_several() -> None:
    groups = np.array([3, 3, 7, 9, 7, 3, 9, 8])
    np.testing.assert_array_equal(inner_parts(8, 3, 0, groups), [0, 0, 1, 0, 1, 0, 0, 2])
    assert sorted(np.bincount(inner_parts(8, 3, 0, np.zeros(8, np.int64)))) == [2, 3, 3]


def test_groups_of_other_rows_are_refused() -> None:
    drawings = generated_oof(30, CLASSES, MODELS)
    with pytest.raises(BadOOF, match="a group for each of 30 rows, received 29"):
        LinearStacker(MODELS, CLASSES).fit(columns_of(drawings), drawings.label, np.arange(29) % 3)
