"""Normalised in one operation, pictures are what Keras makes of them."""

import keras
import numpy as np
import pytest

from base_models.quick_layers import quick_layers

PICTURES = np.random.default_rng(1).normal(3, 2, (6, 5, 4, 8)).astype(np.float32)
STEPS = 3


def small(precision="float32", **settings):
    """A network of one normalisation between two convolutions."""
    keras.utils.set_random_seed(1)
    with_precision = {"dtype": precision}
    image = keras.Input(PICTURES.shape[1:])
    x = keras.layers.Conv2D(8, 3, padding="same", **with_precision)(image)
    x = keras.layers.BatchNormalization(momentum=0.8, epsilon=0.01, **with_precision, **settings)(x)
    x = keras.layers.Conv2D(2, 3, activation="tanh", **with_precision)(x)
    network = keras.Model(image, keras.layers.GlobalAveragePooling2D(dtype="float32")(x))
    network.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", jit_compile=False)
    return network


def learned(network):
    """All values of a network after some steps, and what it then answers."""
    targets = np.arange(12, dtype=np.float32).reshape(6, 2) / 12
    for _ in range(STEPS):
        network.train_on_batch(PICTURES, targets)
    return [*network.get_weights(), network.predict_on_batch(PICTURES)]


@pytest.mark.parametrize("settings", [{}, {"scale": False}, {"center": False}, {"axis": 3}], ids=str)
def test_a_network_learns_and_answers_the_same(settings):
    network = small(**settings)
    with quick_layers(network):
        assert _kinds(network) == ["FusedNormalisation"]
        fused = learned(network)
    for ours, theirs in zip(fused, learned(small(**settings)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_half_precision_stays_near_what_keras_makes_of_it():
    network = small("mixed_bfloat16")
    with quick_layers(network):
        fused = learned(network)
    for ours, theirs in zip(fused, learned(small("mixed_bfloat16")), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0.05, atol=0.03)  # bfloat16 has three digits


def test_what_is_frozen_keeps_its_statistics():
    network = small()
    network.layers[2].trainable = False
    network.compile(optimizer="sgd", loss="mse", jit_compile=False)
    before = network.layers[2].get_weights()
    with quick_layers(network):
        learned(network)
    np.testing.assert_array_equal(network.layers[2].get_weights(), before)


@pytest.mark.parametrize("settings", [{"axis": 1}, {"synchronized": True}, {"renorm": True}], ids=str)
def test_normalisations_of_other_kinds_are_left_to_keras(settings):
    network = small(**settings)
    with quick_layers(network):
        assert _kinds(network) == ["BatchNormalization"]


def test_normalisations_of_vectors_stay_as_they_are():
    vector = keras.Input((8,))
    network = keras.Model(vector, keras.layers.BatchNormalization()(vector))
    x = PICTURES[:, 0, 0]
    with quick_layers(network):
        np.testing.assert_allclose(network(x, training=True), (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3), atol=1e-5)


def _kinds(network):
    return [type(layer).__name__ for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
