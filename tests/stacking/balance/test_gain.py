import numpy as np
import pytest

from ground.errors import BadOOF
from oof.scores import map_at_3
from stacking.balance.gain import gain_on_equal_classes
from tests.stacking.balance.sets import CLASSES, answers, equal_classes


def test_the_gain_is_that_on_equally_many_rows_of_each_class() -> None:
    probabilities, labels = equal_classes()
    gain = gain_on_equal_classes(probabilities, labels, "sinkhorn")
    assert gain.rows == 720
    assert gain.before == pytest.approx(map_at_3(probabilities, labels))
    assert 0 < gain.low < gain.after - gain.before < gain.high
    assert "(+0." in str(gain)


def test_rows_beyond_the_rarest_class_are_left_out() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(CLASSES), np.arange(7, 7 + CLASSES))
    assert gain_on_equal_classes(answers(labels, rng), labels, "flow").rows == 7 * CLASSES


def test_a_class_without_rows_is_refused() -> None:
    probabilities, labels = equal_classes()
    with pytest.raises(BadOOF, match="received none of class 3"):
        gain_on_equal_classes(probabilities[labels != 3], labels[labels != 3], "greedy")
