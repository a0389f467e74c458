"""Keras's layers compute quicker within it, and are Keras's again outside."""

import keras
import numpy as np
import pytest

from base_models.depthwise import DepthwiseConv2D
from base_models.quick_layers import quick_layers
from tests.base_models.jax_process import under_jax

PICTURES = np.random.default_rng(1).normal(3, 2, (6, 9, 8, 3)).astype(np.float32)
BOTH = ["BatchNormalization", "DepthwiseConv2D"]


def small():
    """A network with a layer of each kind."""
    keras.utils.set_random_seed(1)
    image = keras.Input(PICTURES.shape[1:])
    x = keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(image))
    x = keras.layers.DepthwiseConv2D(3, padding="same", activation="tanh")(x)
    network = keras.Model(image, keras.layers.GlobalAveragePooling2D()(x))
    network.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", jit_compile=False)
    return network


def learned(network):
    """All values of a network after some steps, and what it then answers."""
    targets = np.arange(24, dtype=np.float32).reshape(6, 4) / 24
    for _ in range(3):
        network.train_on_batch(PICTURES, targets)
    return [*network.get_weights(), keras.ops.convert_to_numpy(network.predict_on_batch(PICTURES))]


def kinds(network):
    """The names of what normalises and of what convolves channels by themselves."""
    own = {DepthwiseConv2D: "DepthwiseConv2D of ours"}
    kept = (keras.layers.BatchNormalization, keras.layers.DepthwiseConv2D)
    return [own.get(type(layer), type(layer).__name__) for layer in network.layers if isinstance(layer, kept)]


def require_same(quicker, rtol, atol):
    """A network within it is of the kinds `quicker`, and learns and answers the same; outside it is Keras's own."""
    network = small()
    with quick_layers(network):
        assert kinds(network) == quicker
        quick = learned(network)
    for ours, theirs in zip(quick, learned(small()), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    assert kinds(network) == BOTH


def test_a_network_learns_and_answers_the_same():
    require_same(["FusedNormalisation", "DepthwiseConv2D of ours"], rtol=1e-4, atol=1e-5)


def test_so_it_does_under_jax():
    quicker = ["BatchNormalization", "DepthwiseConv2D of ours"]
    under_jax(
        f"from tests.base_models.test_quick_layers import require_same; require_same({quicker}, rtol=1e-3, atol=1e-4)"
    )


def test_it_reaches_networks_inside_a_network():
    image = keras.Input(PICTURES.shape[1:])
    network = keras.Model(image, small()(image))
    with quick_layers(network):
        assert kinds(network.layers[1]) == ["FusedNormalisation", "DepthwiseConv2D of ours"]


def test_of_the_kinds_that_are_named_alone():
    network = small()
    with quick_layers(network, [DepthwiseConv2D]):
        assert kinds(network) == ["BatchNormalization", "DepthwiseConv2D of ours"]


def test_after_an_error_layers_are_keras_own():
    network = small()
    with pytest.raises(RuntimeError, match="a full disk"), quick_layers(network):
        raise RuntimeError("a full disk")
    assert kinds(network) == BOTH


def test_what_learned_within_it_is_saved_with_layers_of_keras(tmp_path):
    network = small()
    with quick_layers(network):
        learned(network)
    network.save(tmp_path / "network.keras")
    assert kinds(keras.models.load_model(tmp_path / "network.keras")) == BOTH
