import numpy as np

from oof.scores import map_at_3
from stacking.basis import StatisticsBasis
from stacking.blends import WeightedBlend
from stacking.columns import join_columns
from stacking.linear import LinearStacker


def test_unknown_values_are_the_middle_and_say_that_they_are_unknown() -> None:
    statistics = np.array([[1.0], [2.0], [np.nan], [3.0], [np.inf]], np.float32)
    expanded = StatisticsBasis.of(statistics).expand(statistics)
    np.testing.assert_array_equal(expanded[2], [0, 0, 0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(expanded[4], expanded[2])
    assert expanded[0, 0] == -expanded[3, 0] < 0


def test_a_statistic_that_is_never_known_or_never_varies_is_harmless() -> None:
    statistics = np.full((6, 2), np.nan, np.float32)
    statistics[:, 1] = 7
    assert np.isfinite(StatisticsBasis.of(statistics).expand(statistics)).all()


def test_a_statistic_in_which_the_classes_alternate_is_learned_by_its_steps() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=600)
    strokes = np.choose(labels, [1, 2, 3]) * 1.0
    labels = np.where(labels == 2, 0, labels)  # one or three strokes are class 0, two are class 1
    columns = join_columns([np.full((600, 4), 0.25, np.float32)], strokes[:, None])
    answer = LinearStacker(1, 4).fit(columns[:400], labels[:400]).predict(columns[400:])
    np.testing.assert_array_equal(answer, labels[400:])


def test_a_class_that_hides_behind_another_is_learned_from_the_confusions() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=900)
    cat = np.array([0.5, 0.3, 0.2], np.float32)
    dog = np.array([0.3, 0.5, 0.2], np.float32)
    # The third class is what one model calls a cat and the other a dog; neither ever says its name.
    first = np.where((labels == 1)[:, None], dog, cat)
    second = np.where((labels == 0)[:, None], cat, dog)
    columns = join_columns([first, second])
    answer = LinearStacker(2, 3, confusions=True).fit(columns[:600], labels[:600]).predict_proba(columns[600:])
    blend = WeightedBlend(2, 3).fit(columns[:600], labels[:600]).predict_proba(columns[600:])
    assert map_at_3(answer, labels[600:]) > map_at_3(blend, labels[600:]) + 0.1


def test_the_rows_fitted_are_bounded() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=500)
    columns = join_columns([rng.dirichlet(np.ones(3), size=500).astype(np.float32)])
    bounded = LinearStacker(1, 3, rows=100, seed=5)
    rows = np.random.default_rng(5).choice(500, 100, replace=False)
    expected = LinearStacker(1, 3, seed=5).fit(columns[rows], labels[rows]).predict_proba(columns)
    np.testing.assert_allclose(bounded.fit(columns, labels).predict_proba(columns), expected, atol=1e-5)
