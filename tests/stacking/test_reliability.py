import numpy as np
import pytest

from ground.errors import BadOOF
from stacking.reliability import reliability

ANSWERS = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [1.0, 0.0]], np.float32)


def test_the_bins_of_a_diagram() -> None:
    diagram = reliability(ANSWERS, np.array([0, 1, 1, 1, 0]), bins=4)
    np.testing.assert_array_equal(diagram.edges, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_array_equal(diagram.count, [0, 0, 2, 3])
    np.testing.assert_allclose(diagram.confidence, [np.nan, np.nan, 0.65, 2.8 / 3], atol=1e-6)
    np.testing.assert_allclose(diagram.accuracy, [np.nan, np.nan, 1, 2 / 3], atol=1e-6)
    assert diagram.expected_calibration_error == pytest.approx((2 * 0.35 + 3 * 0.8 / 3) / 5, abs=1e-6)


def test_one_who_is_right_as_often_as_he_says_has_no_error() -> None:
    assert reliability(np.full((4, 2), 0.5, np.float32), np.array([0, 0, 1, 1])).expected_calibration_error == 0


def test_a_row_that_is_not_predicted_is_refused() -> None:
    with pytest.raises(BadOOF, match="not predicted yet"):
        reliability(np.array([[np.nan, 0.5]], np.float32), np.array([0]))
