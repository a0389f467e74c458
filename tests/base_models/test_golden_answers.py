"""A saved model says of a drawing what it said before it was saved, today and in the next version."""

import keras
import numpy as np
import pytest

from base_models.prediction import load_network, predict
from base_models.settings import TrainSettings
from tests.features import golden
from tests.features.golden.network import small_network

INPUTS = golden.INPUTS["gray_64"]


@pytest.fixture(scope="module")
def network():
    """The small network with the pinned weights."""
    network = small_network()
    network.set_weights([array for name, array in sorted(golden.held().items()) if name.startswith("weight_")])
    return network


def answers(network):
    drawings = golden.drawings()
    return predict(network, INPUTS, drawings, np.arange(len(drawings)), TrainSettings())


def test_answers_to_the_golden_drawings_are_those_that_are_pinned(network):
    assert not golden.difference("answers", answers(network))


def test_pinned_answers_differ_from_drawing_to_drawing_so_that_they_can_tell_something():
    pinned = golden.held()["answers"]
    assert len(np.unique(pinned.argmax(axis=1))) > 2
    assert pinned.std(axis=0).min() > 0.01


def test_a_saved_and_reloaded_model_answers_to_the_last_bit_as_before(network, tmp_path):
    before = answers(network)
    network.save(tmp_path / "model.keras")
    keras.utils.clear_session()
    reloaded = load_network(tmp_path / "model.keras")
    np.testing.assert_array_equal(answers(reloaded), before)
    reloaded.save(tmp_path / "again.keras")
    np.testing.assert_array_equal(answers(load_network(tmp_path / "again.keras")), before)


def test_drawings_one_by_one_are_answered_as_in_one_batch(network):
    drawings = golden.drawings()
    alone = [predict(network, INPUTS, drawings, np.array([row]), TrainSettings()) for row in range(0, 36, 7)]
    np.testing.assert_allclose(np.concatenate(alone), answers(network)[::7], atol=golden.TOLERANCE["answers"])
