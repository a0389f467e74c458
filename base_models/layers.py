"""Blocks that several architectures share."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import keras
from keras import layers

from ground.errors import BadSettings

# How large a network of our own is, with 340 classes: 0.5 to 1 million weights, which 2 cores train in an hour;
# 3 to 5 million; and 10 to 20 million, for a GPU and a set on which a small network has ceased to gain.
Size = Literal["small", "medium", "large"]

# Of the moving statistics of batch normalisation. Runs here are a few thousand steps; after n of them, a share of
# momentum ** n of the first statistics is left: 37 % after 1,000 steps at the 0.999 of Keras's MobileNetV2.
MOMENTUM = 0.9


class Stages(NamedTuple):
    """The body of a residual CNN."""

    widths: tuple[int, ...]  # channels of each stage
    blocks: int  # residual blocks in each


def require_pictures(input_shape: tuple[int | None, ...], smallest: int, name: str) -> None:
    """Raise `BadSettings` where the network `name` is given no pictures, or some below `smallest` pixels a side."""
    too_small = any(side is not None and side < smallest for side in input_shape[:2])
    if len(input_shape) != 3 or input_shape[-1] not in (1, 3) or too_small:
        raise BadSettings(
            f"Expected pictures of at least {smallest} × {smallest} × 1 or 3 for {name}, "
            f"received inputs of shape {input_shape}. Give it GrayImage or ColorImage of such a size."
        )


def conv_block(x: keras.KerasTensor, channels: int, kernel: int = 3, stride: int = 1) -> keras.KerasTensor:
    """Convolution, batch normalisation, ReLU."""
    x = layers.Conv2D(channels, kernel, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    return layers.Activation("relu")(x)


def residual_block(x: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    """Two 3 × 3 convolutions beside a shortcut (He et al. 2016); the last scale starts at 0, so the block starts
    as the identity (Goyal et al. 2017)."""
    y = conv_block(x, channels)
    y = layers.Conv2D(channels, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization(momentum=MOMENTUM, gamma_initializer="zeros")(y)
    return layers.Activation("relu")(layers.Add()([x, y]))


def residual_stages(x: keras.KerasTensor, stages: Stages) -> keras.KerasTensor:
    """What a residual CNN sees in pictures (B, H, W, C): (B, last width), the mean over its last map.

    Each stage begins by halving the side, so pictures may have any size.
    """
    for channels in stages.widths:
        x = conv_block(x, channels, stride=2)
        for _ in range(stages.blocks):
            x = residual_block(x, channels)
    return layers.GlobalAveragePooling2D()(x)


def classifier(x: keras.KerasTensor, classes: int, dropout: float) -> keras.KerasTensor:
    """Dropout and the softmax over the classes."""
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(x)


def every_layer(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers of a network, and those of the networks that are layers of it; such networks themselves are not."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from every_layer(layer)
        else:
            yield layer


def set_momentum(network: keras.Model, momentum: float = MOMENTUM) -> None:
    """Let all batch normalisations of `network` follow their batches with this momentum.

    Set after construction and before training; it is saved with the network.
    """
    for layer in every_layer(network):
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = momentum
