import numpy as np
import pytest

from stacking.columns import join_columns, softmax
from tests.benchmarks.stack_entropy import entropy_matched

CLASSES, ROWS = 6, 500
RNG = np.random.default_rng(0)
SCORES = [3 * RNG.normal(size=(ROWS, CLASSES)).astype(np.float32) for _ in range(2)]
STATISTICS = RNG.normal(size=(ROWS, 2)).astype(np.float32)
FITTED = join_columns([softmax(scores) for scores in SCORES], STATISTICS)


def test_probabilities_of_another_temperature_are_brought_back() -> None:
    smoother = join_columns([softmax(SCORES[0] / 2), softmax(SCORES[1] * np.float32(1.4))], STATISTICS)
    np.testing.assert_allclose(entropy_matched(smoother, FITTED, 2, CLASSES), FITTED, atol=0.01)


def test_what_is_as_sure_already_stays() -> None:
    given = FITTED.copy()
    np.testing.assert_allclose(entropy_matched(given, FITTED, 2, CLASSES), FITTED, atol=0.005)
    np.testing.assert_array_equal(given, FITTED)


@pytest.mark.parametrize(("sureness", "grows"), [(50.0, False), (0.001, True)])
def test_extremes_come_nearer_and_keep_their_order(sureness: float, grows: bool) -> None:
    extreme = join_columns([softmax(scores * np.float32(sureness)) for scores in SCORES], STATISTICS)
    matched = entropy_matched(extreme, FITTED, 2, CLASSES)
    assert (matched[:, :CLASSES].max(axis=1).mean() > extreme[:, :CLASSES].max(axis=1).mean()) == grows
    np.testing.assert_array_equal(matched[:, :CLASSES].argmax(axis=1), extreme[:, :CLASSES].argmax(axis=1))
    np.testing.assert_array_equal(matched[:, 2 * CLASSES :], STATISTICS)
