"""Our depthwise convolution against Keras's, under each backend."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from base_models.depthwise import DepthwiseConv2D
from tests.base_models.jax_process import under_jax

LAYOUTS = [
    (5, 3, 1, "same"),
    (8, 5, 2, "same"),
    (13, 3, 2, "same"),
    (8, 3, 1, "valid"),
    (13, 5, 2, "valid"),
]  # side, kernel, stride, padding
COMPARE = """
import json, sys
from functools import partial
import jax, jax.numpy as jnp, keras, numpy as np
from base_models.depthwise import DepthwiseConv2D

def answer_and_gradients(layer, weights, x):
    def said(weights, x):
        return jnp.sin(layer.stateless_call(weights, [], x)[0])

    return said(weights, x), jax.grad(lambda weights, x: said(weights, x).sum(), (0, 1))(weights, x)

off = 0.0
for side, kernel, stride, padding in json.loads(sys.argv[1]):
    x = np.random.default_rng(side).normal(size=(2, side, side + 1, 6)).astype("float32")
    arguments = {"strides": stride, "padding": padding, "bias_initializer": "normal", "activation": "relu"}
    ours, theirs = DepthwiseConv2D(kernel, **arguments), keras.layers.DepthwiseConv2D(kernel, **arguments)
    ours.build(x.shape), theirs.build(x.shape)
    weights = [weight.value for weight in ours.variables]
    found = [jax.tree.leaves(jax.jit(partial(answer_and_gradients, layer))(weights, x)) for layer in (ours, theirs)]
    off = max([off, *(float(abs(a - b).max()) for a, b in zip(*found, strict=True))])
print(off)
"""


def test_depthwise_convolutions_under_jax_are_those_of_keras():
    assert float(under_jax(COMPARE, json.dumps(LAYOUTS))) < 1e-4


@pytest.mark.parametrize("eager", [False, True], ids=["traced", "eager"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_depthwise_convolutions_under_tensorflow_are_those_of_keras(layout, eager):
    side, kernel, stride, padding = layout
    arguments = {"strides": stride, "padding": padding, "bias_initializer": "normal", "activation": "relu"}
    pictures = pictures_of(side)
    ours, theirs = DepthwiseConv2D(kernel, **arguments), keras.layers.DepthwiseConv2D(kernel, **arguments)
    ours.build(pictures.shape), theirs.build(pictures.shape)
    theirs.set_weights(ours.get_weights())
    for own, of_keras in zip(found(ours, pictures, eager), found(theirs, pictures, eager), strict=True):
        np.testing.assert_allclose(own, of_keras, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, b"EXPLICIT"), ({"dtype": "mixed_bfloat16"}, b"SAME"), ({"depth_multiplier": 2}, b"SAME")],
    ids=str,
)
def test_the_gradient_of_the_kernel_is_kept_from_one_dnn_where_that_is_quicker(settings, expected):
    pictures = pictures_of(9)
    layer = DepthwiseConv2D(3, padding="same", **settings)
    layer.build(pictures.shape)
    graph = tf.function(lambda: gradients(layer, pictures)).get_concrete_function().graph
    operations = [each for each in graph.get_operations() if each.type == "DepthwiseConv2dNativeBackpropFilter"]
    assert [each.get_attr("padding") for each in operations] == [expected]


def test_pictures_of_a_size_that_is_not_known_yet_are_convolved():
    image = keras.Input((None, None, 6))
    network = keras.Model(image, DepthwiseConv2D(3, padding="same")(image))
    assert network.output.shape == (None, None, None, 6)
    assert network(pictures_of(7)).shape == (2, 7, 8, 6)


def pictures_of(side):
    """(2, side, side + 1, 6)."""
    return tf.constant(np.random.default_rng(side).normal(size=(2, side, side + 1, 6)).astype(np.float32))


def gradients(layer, pictures):
    """What the layer answers, and the gradients of pictures and weights."""
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        answer = tf.sin(tf.cast(layer(pictures), tf.float32))
    weights = [weight.value for weight in layer.trainable_variables]
    return [answer, *tape.gradient(answer, [pictures, *weights])]


def found(layer, pictures, eager):
    """The same, one operation at a time or as a graph."""
    return gradients(layer, pictures) if eager else tf.function(lambda: gradients(layer, pictures))()
