"""Layers of ours against Keras's, under the backend that they are for."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMPARE = """
import json
from functools import partial
import jax, jax.numpy as jnp, keras, numpy as np
from base_models.layers import DepthwiseConv2D, with_own_depthwise

def answer_and_gradients(layer, weights, x):
    def said(weights, x):
        return jnp.sin(layer.stateless_call(weights, [], x)[0])

    return said(weights, x), jax.grad(lambda weights, x: said(weights, x).sum(), (0, 1))(weights, x)

off = 0.0
for side, kernel, stride, padding in [
    (5, 3, 1, "same"), (8, 5, 2, "same"), (13, 3, 2, "same"), (8, 3, 1, "valid"), (13, 5, 2, "valid")
]:
    x = np.random.default_rng(side).normal(size=(2, side, side + 1, 6)).astype("float32")
    arguments = {"strides": stride, "padding": padding, "bias_initializer": "normal", "activation": "relu"}
    ours, theirs = DepthwiseConv2D(kernel, **arguments), keras.layers.DepthwiseConv2D(kernel, **arguments)
    ours.build(x.shape), theirs.build(x.shape)
    weights = [weight.value for weight in ours.variables]
    found = [jax.tree.leaves(jax.jit(partial(answer_and_gradients, layer))(weights, x)) for layer in (ours, theirs)]
    off = max([off, *(float(abs(a - b).max()) for a, b in zip(*found, strict=True))])

image = keras.Input((9, 9, 3))
y = keras.layers.DepthwiseConv2D(3, use_bias=False)(keras.layers.Conv2D(4, 3)(image))
whole = keras.Model(image, keras.layers.Add()([y, keras.layers.DepthwiseConv2D(3, padding="same")(y)]))
own = with_own_depthwise(whole)
x = np.random.default_rng(0).normal(size=(2, 9, 9, 3)).astype("float32")
kinds = [type(layer).__module__ for layer in own.layers if isinstance(layer, keras.layers.DepthwiseConv2D)]
print(json.dumps([off, float(abs(own(x) - whole(x)).max()), kinds]))
"""


def test_depthwise_convolutions_under_jax_are_those_of_keras():
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", COMPARE], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    off, off_network, kinds = json.loads(ended.stdout)
    assert off < 1e-4
    assert off_network < 1e-5
    assert kinds == ["base_models.layers"] * 2
