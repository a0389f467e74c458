import numpy as np
import pytest

from oof.folds import fold_around, fold_of

KEYS = np.arange(400, dtype=np.int64) * 10**7 + 12345  # each cv shard four times


@pytest.mark.parametrize(("folds", "fewer"), [(8, 4), (10, 5), (6, 2), (5, 5), (4, 1)])
def test_a_fold_lies_whole_in_the_one_around_it(folds, fewer):
    for fold in range(folds):
        inside = KEYS[fold_of(KEYS, folds) == fold]
        assert set(fold_of(inside, fewer)) == {fold_around(fold, folds, fewer)}


@pytest.mark.parametrize(("folds", "other"), [(8, 3), (4, 8), (5, 4)])
def test_where_folds_lie_across_each_other_there_is_none_around(folds, other):
    assert [fold_around(fold, folds, other) for fold in range(folds)] == [None] * folds
    inside = KEYS[fold_of(KEYS, folds) == 0]
    assert len(set(fold_of(inside, other))) > 1
