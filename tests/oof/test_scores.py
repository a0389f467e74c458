import numpy as np
import pytest

from ground.errors import BadOOF
from oof.scores import accuracy, average_precision_at_3, interval, log_loss, map_at_3, paired_bootstrap

PROBABILITIES = np.array([[0.6, 0.3, 0.1, 0.0]] * 4, np.float32)
LABELS = np.array([0, 1, 2, 3])


def test_the_true_class_scores_by_its_place() -> None:
    np.testing.assert_allclose(average_precision_at_3(PROBABILITIES, LABELS), [1, 1 / 2, 1 / 3, 0])
    assert map_at_3(PROBABILITIES, LABELS) == pytest.approx(11 / 24)
    assert accuracy(PROBABILITIES, LABELS) == 0.25


def test_ties_go_to_the_class_that_comes_first() -> None:
    even = np.full((4, 4), 0.25, np.float32)
    np.testing.assert_allclose(average_precision_at_3(even, LABELS), [1, 1 / 2, 1 / 3, 0])


def test_log_loss_of_an_impossible_class_is_large_but_finite() -> None:
    assert log_loss(PROBABILITIES[3:], LABELS[3:]) == pytest.approx(-np.log(1e-7))


def test_a_row_not_predicted_is_refused() -> None:
    missing = PROBABILITIES.copy()
    missing[2] = np.nan
    for score in (map_at_3, accuracy, log_loss):
        with pytest.raises(BadOOF, match="NaN in 1 of 4 rows, first in row 2"):
            score(missing, LABELS)


def test_labels_outside_the_classes_are_refused() -> None:
    with pytest.raises(BadOOF, match="labels from 0 to 3"):
        map_at_3(PROBABILITIES, LABELS + 1)
    with pytest.raises(BadOOF, match="N labels"):
        map_at_3(PROBABILITIES, LABELS[:2])


def test_the_interval_is_the_bootstraps() -> None:
    rng = np.random.default_rng(0)
    values = rng.choice([0, 1 / 3, 1 / 2, 1], size=2000, p=[0.1, 0.1, 0.2, 0.6])
    resampled = values[rng.integers(2000, size=(2000, 2000))].mean(axis=1)
    np.testing.assert_allclose(interval(values), np.quantile(resampled, [0.025, 0.975]), atol=2e-3)


def test_pairing_sees_a_difference_that_the_two_intervals_hide() -> None:
    rng = np.random.default_rng(0)
    worse = rng.choice([0.0, 0.5, 1.0], size=3000)
    better = np.where(rng.random(3000) < 0.01, 1.0, worse)
    difference, low, high = paired_bootstrap(better, worse)
    assert 0 < low < difference < high
    assert interval(worse)[1] > interval(better)[0]


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(0).random(100)
    assert interval(values, seed=3) == interval(values, seed=3)
