import numpy as np

from oof.ranking import rank_of, top


def test_top_is_a_stable_sort_by_falling_probability() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.integers(0, 4, size=(50, 9)).astype(np.float32)  # many ties
    expected = np.argsort(-probabilities, axis=1, kind="stable")
    for count in (1, 3, 9):
        np.testing.assert_array_equal(top(probabilities, count), expected[:, :count])


def test_the_rank_of_a_class_is_its_place_among_all() -> None:
    rng = np.random.default_rng(1)
    probabilities = rng.integers(0, 4, size=(50, 9)).astype(np.float32)
    order = top(probabilities, 9)
    for rank in range(9):
        np.testing.assert_array_equal(rank_of(probabilities, order[:, rank]), np.full(50, rank + 1))
