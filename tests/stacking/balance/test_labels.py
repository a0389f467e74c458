from typing import get_args

import numpy as np
import pytest

from ground.errors import BadOOF, BadSettings
from oof.ranking import top
from stacking.balance.labels import Balance, balanced_labels
from stacking.balance.sinkhorn import sinkhorn_factors
from stacking.columns import normalised
from tests.stacking.balance.sets import CLASSES, equal_classes, unequal_classes

every_balance = pytest.mark.parametrize("balance", get_args(Balance))


def precision(best: np.ndarray, labels: np.ndarray) -> float:
    return float(((best == labels[:, None]) @ (1 / np.arange(1, 4))).mean())


def spread(best: np.ndarray) -> int:
    return int(np.ptp(np.bincount(best[:, 0], minlength=CLASSES)))


@every_balance
def test_it_raises_map_at_3_where_classes_are_equal_and_the_model_prefers_some(balance: Balance) -> None:
    probabilities, labels = equal_classes()
    assert precision(balanced_labels(probabilities, balance), labels) > precision(top(probabilities, 3), labels) + 0.02


@every_balance
def test_it_lowers_map_at_3_where_classes_are_not_equal(balance: Balance) -> None:
    probabilities, labels = unequal_classes()
    assert precision(balanced_labels(probabilities, balance), labels) < precision(top(probabilities, 3), labels) - 0.02


@every_balance
def test_three_different_labels_a_row(balance: Balance) -> None:
    best = balanced_labels(equal_classes()[0], balance)
    assert best.shape == (12 * 60, 3)
    assert all(len(set(row)) == 3 for row in best.tolist())


@pytest.mark.parametrize(("a_class", "rest"), [(20, 0), (20, 5), (1, 0)])
def test_by_flow_every_class_comes_first_equally_often(a_class: int, rest: int) -> None:
    probabilities = equal_classes(a_class=a_class + 1)[0][: a_class * CLASSES + rest]
    counts = np.bincount(balanced_labels(probabilities, "flow")[:, 0], minlength=CLASSES)
    assert sorted(counts) == [a_class] * (CLASSES - rest) + [a_class + 1] * rest


def test_by_sinkhorn_every_class_is_expected_equally_often() -> None:
    probabilities, _ = equal_classes()
    expected = normalised(probabilities * sinkhorn_factors(probabilities)).sum(axis=0)
    np.testing.assert_allclose(expected, 60, rtol=0.01)


def test_by_sinkhorn_a_set_that_is_balanced_stays_as_it_is() -> None:
    shifted = np.array([np.roll([0.7, 0.2, 0.1], turn) for turn in range(3)], np.float32)
    np.testing.assert_allclose(sinkhorn_factors(shifted), 1)


def test_by_greed_first_labels_come_nearly_equally_often() -> None:
    probabilities, _ = equal_classes()
    assert spread(balanced_labels(probabilities, "greedy")) <= 6 < 60 < spread(top(probabilities, 3))


@every_balance
def test_certainty_and_perfect_doubt_have_an_end(balance: Balance) -> None:
    certain = np.eye(CLASSES, dtype=np.float32)[np.arange(131) % 3]
    doubtful = np.full((131, CLASSES), 1 / CLASSES, np.float32)
    for probabilities in (certain, doubtful, np.vstack([certain, doubtful])):
        assert balanced_labels(probabilities, balance).shape == (len(probabilities), 3)


@every_balance
def test_a_row_that_is_not_predicted_is_refused(balance: Balance) -> None:
    probabilities = equal_classes()[0]
    probabilities[9, 2] = np.nan
    with pytest.raises(BadOOF, match="first row 9"):
        balanced_labels(probabilities, balance)


def test_another_way_is_refused() -> None:
    with pytest.raises(BadSettings, match="one of greedy, sinkhorn, flow, received 'off'"):
        balanced_labels(equal_classes()[0], "off")  # type: ignore[arg-type]


def test_too_few_rounds_are_said_so() -> None:
    with pytest.raises(BadSettings, match=r"Expected about 60\.0 drawings of each class"):
        sinkhorn_factors(equal_classes()[0], rounds=2)
