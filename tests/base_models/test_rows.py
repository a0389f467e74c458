import numpy as np
import pytest

from base_models.rows import balanced, evenly, training_rows, without_unrecognized
from oof.folds import fold_of

KEY_ID = 10**15 + np.arange(60) // 2 * 10**7
ROWS, WATCHED = np.arange(4, 24), np.arange(4)
RECOGNIZED = np.array([1, 0, 1, -1, 0] * 6, np.int8)  # (30,) of each five, two were not recognised, of one nobody knows


def test_watched_rows_are_neither_trained_on_nor_held_out():
    rows, watched = training_rows(KEY_ID, 0, 3, 0.25, seed=3)
    assert len(watched) == 10
    assert not set(rows) & set(watched)
    assert (fold_of(KEY_ID[np.union1d(rows, watched)], 3) != 0).all()


def test_dropped_drawings_are_those_known_as_unrecognised_and_not_among_the_watched():
    taken = without_unrecognized(ROWS, WATCHED, RECOGNIZED, "drop")
    assert (RECOGNIZED[taken.trained] != 0).all()
    assert (RECOGNIZED[taken.dropped] == 0).all()
    assert sorted([*taken.trained, *taken.dropped]) == ROWS.tolist()
    assert taken.watched is WATCHED
    assert taken.weights is None


def test_weighed_drawings_stay_and_the_mean_weight_is_one():
    taken = without_unrecognized(ROWS, WATCHED, RECOGNIZED, 0.25)
    weights = taken.weights[ROWS]
    assert taken.trained is ROWS
    assert not len(taken.dropped)
    assert weights.mean() == pytest.approx(1)
    assert np.unique(weights[RECOGNIZED[ROWS] == 0]) / weights[RECOGNIZED[ROWS] != 0].max() == pytest.approx(0.25)


def test_balanced_rows_are_as_many_and_of_all_classes_equally_many():
    label = np.repeat([0, 3, 7], [70, 25, 5]).astype(np.int16)
    rows = np.arange(100) + 1000
    drawn = balanced(rows, label, (1, 2))
    counts = np.bincount(label[drawn - 1000], minlength=8)
    assert len(drawn) == 100
    assert sorted(counts[[0, 3, 7]].tolist()) == [33, 33, 34]
    for one in (0, 3, 7):
        often = np.bincount(drawn - 1000, minlength=100)[label == one]
        assert often.max() - often.min() <= 1


def test_balanced_rows_follow_from_the_seed():
    label = np.repeat([0, 1], [90, 10]).astype(np.int16)
    first, again, other = (balanced(np.arange(100), label, seed) for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_classes_that_are_in_balance_already_keep_each_row_once():
    rows = np.arange(40)
    np.testing.assert_array_equal(balanced(rows, (rows % 4).astype(np.int16), (1,)), rows)


def test_of_many_drawings_some_are_taken_equally_of_each_class_but_the_small_ones():
    label = np.repeat(np.arange(3), [50, 4, 500]).astype(np.int16)
    rows = np.arange(2, 554)
    taken = evenly(rows, label[rows], 60, seed=1)
    assert np.bincount(label[taken]).tolist() == [20, 4, 20]
    assert (np.diff(taken) > 0).all()
    assert np.isin(taken, rows).all()
    assert not np.array_equal(taken, evenly(rows, label[rows], 60, seed=2))
    assert evenly(rows, label[rows], 552, seed=1) is rows
