import numpy as np

from stacking.columns import join_columns
from stacking.rank_mean import RankBlend


def test_only_the_order_of_a_models_classes_counts() -> None:
    timid = np.array([[0.26, 0.25, 0.25 - 1e-3, 0.24]], np.float32)
    sure = np.array([[0.97, 0.02, 0.007, 0.003]], np.float32)
    other = np.array([[0.1, 0.5, 0.3, 0.1]], np.float32)
    assert np.argsort(sure).tolist() == np.argsort(timid).tolist()
    first = RankBlend(2, 4).fit(join_columns([timid, other]), [0]).predict_proba(join_columns([timid, other]))
    second = RankBlend(2, 4).fit(join_columns([sure, other]), [0]).predict_proba(join_columns([sure, other]))
    np.testing.assert_allclose(first, second, atol=0.05)
    # votes 4 3 2 1 and 2 4 3 1 (of equal ones the lower class comes first)
    np.testing.assert_allclose(first * 20, [[6, 7, 5, 2]], atol=0.6)


def test_of_equal_votes_the_likelier_comes_first() -> None:
    a, b = np.array([[0.6, 0.3, 0.1]], np.float32), np.array([[0.1, 0.8, 0.1]], np.float32)
    columns = join_columns([a, np.array([[0.3, 0.6, 0.1]], np.float32)])
    assert RankBlend(2, 3, places=1).fit(columns, [0]).predict_proba(columns).argmax() == 0
    columns = join_columns([a, b])
    assert RankBlend(2, 3, places=1).fit(columns, [0]).predict_proba(columns).argmax() == 1
