import keras
import numpy as np
import pytest

from base_models.transfer import start_from
from ground.errors import BadSettings


def network(classes, width=6):
    image = keras.Input((8,))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(width)(image))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


def weights(model):
    return [layer.get_weights() for layer in model.layers if layer.weights]


def test_equal_architectures_are_equal_after_the_start():
    begun, trained = network(3), network(3)
    start_from(begun, trained)
    for one, other in zip(weights(begun), weights(trained), strict=True):
        for ours, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_for_other_classes_all_but_the_last_layer_is_taken():
    begun, trained = network(3), network(5)
    last = weights(begun)[-1]
    start_from(begun, trained)
    np.testing.assert_array_equal(weights(begun)[0][0], weights(trained)[0][0])
    for ours, before in zip(weights(begun)[-1], last, strict=True):
        np.testing.assert_array_equal(ours, before)


@pytest.mark.parametrize("width", [5, 7])
def test_another_architecture_is_refused_and_changes_nothing(width):
    begun = network(3)
    before = weights(begun)
    with pytest.raises(BadSettings, match="same architecture to start from"):
        start_from(begun, network(3, width))
    np.testing.assert_array_equal(before[0][0], weights(begun)[0][0])


def test_another_number_of_layers_is_refused():
    image = keras.Input((8,))
    short = keras.Model(image, keras.layers.Dense(3)(image))
    with pytest.raises(BadSettings, match="received another"):
        start_from(network(3), short)
