import numpy as np
import pytest

from ground.errors import BadOOF
from stacking.columns import join_columns, log_of, softmax, split_columns

RNG = np.random.default_rng(0)
MODELS = [RNG.dirichlet(np.ones(4), size=5).astype(np.float32) for _ in range(2)]
STATISTICS = RNG.normal(size=(5, 3)).astype(np.float32)


def test_what_is_joined_splits_into_the_same_parts() -> None:
    probabilities, statistics = split_columns(join_columns(MODELS, STATISTICS), 2, 4)
    np.testing.assert_array_equal(probabilities, np.stack(MODELS, axis=1))
    np.testing.assert_array_equal(statistics, STATISTICS)
    assert split_columns(join_columns(MODELS), 2, 4)[1].shape == (5, 0)


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadOOF, match="of one shape"):
        join_columns([MODELS[0], MODELS[1][:, :3]])
    with pytest.raises(BadOOF, match="same rows"):
        join_columns(MODELS, STATISTICS[:4])
    with pytest.raises(BadOOF, match="= 12 columns or more"):
        split_columns(join_columns(MODELS, STATISTICS), 3, 4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.1])
def test_a_row_without_a_probability_is_refused_but_a_statistic_may_be_unknown(value: float) -> None:
    matrix = join_columns(MODELS, STATISTICS)
    matrix[3, -1] = np.nan
    split_columns(matrix, 2, 4)
    matrix[3, 6] = value
    with pytest.raises(BadOOF, match="in 1 of 5 rows, first row 3"):
        split_columns(matrix, 2, 4)


def test_a_model_that_gives_no_class_anything_has_not_predicted_the_row() -> None:
    matrix = join_columns(MODELS, STATISTICS)
    matrix[2, 4:8] = 0
    with pytest.raises(BadOOF, match="only zeros in 1 of 5 rows, first row 2"):
        split_columns(matrix, 2, 4)


def test_softmax_undoes_the_logarithm() -> None:
    np.testing.assert_allclose(softmax(log_of(MODELS[0]) + 300), MODELS[0], atol=1e-4)
