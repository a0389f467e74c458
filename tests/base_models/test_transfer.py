import keras
import numpy as np
import pytest

from base_models.transfer import freeze, start_from
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


@pytest.mark.parametrize(("share", "learning"), [(0.0, 3), (0.4, 2), (0.6, 1), (0.99, 1)])
def test_the_first_share_of_the_layers_is_frozen_and_the_last_one_never(share, learning):
    whole = network(3)
    freeze(whole, share)
    layers = [layer for layer in whole.layers if layer.weights]
    assert [layer.trainable for layer in layers] == [False] * (3 - learning) + [True] * learning


def test_layers_of_a_network_within_a_network_are_frozen_one_by_one():
    image = keras.Input((8,))
    inner = network(3)
    freeze(keras.Model(image, keras.layers.Dense(2)(inner(image))), 0.5)
    assert [layer.trainable for layer in inner.layers if layer.weights] == [False, False, True]


def test_frozen_layers_keep_weights_and_statistics_while_the_others_learn():
    frozen = network(3)
    freeze(frozen, 0.6)
    before = weights(frozen)
    frozen.compile("sgd", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    frozen.fit(rng.normal(size=(32, 8)), rng.integers(0, 3, 32), verbose=0)
    changed = [not all(map(np.array_equal, one, other)) for one, other in zip(before, weights(frozen), strict=True)]
    assert changed == [False, False, True]
