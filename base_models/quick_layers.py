"""Layers of Keras that compute by quicker operations while a network trains or answers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras

from base_models.depthwise import DepthwiseConv2D
from base_models.fused_normalisation import FusedNormalisation
from base_models.layers import every_layer

Kind = type[FusedNormalisation] | type[DepthwiseConv2D]
KINDS: tuple[Kind, ...] = (FusedNormalisation, DepthwiseConv2D)


@contextmanager
def quick_layers(network: keras.Model, kinds: Sequence[Kind] = KINDS) -> Iterator[None]:
    """Within it, layers of `network` that one of `kinds` is quicker than compute as it does, to the same values.

    What Keras compiles within stays so. Outside, and so in a saved file, all layers are Keras's own.
    """
    slow = [(layer, type(layer), kind) for layer in every_layer(network) for kind in kinds if kind.is_quicker(layer)]
    for layer, _, kind in slow:
        layer.__class__ = kind  # it adds no state, and a network holds its layers themselves
    try:
        yield
    finally:
        for layer, of_keras, _ in slow:
            layer.__class__ = of_keras
