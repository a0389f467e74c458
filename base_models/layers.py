"""Blocks that several architectures share."""

import keras
from keras import layers


def conv_block(x: keras.KerasTensor, channels: int, kernel: int = 3, stride: int = 1) -> keras.KerasTensor:
    """Convolution, batch normalisation, ReLU.

    The moving statistics follow with momentum 0.9: runs here are a few thousand steps, and Keras's default of
    0.99 (0.999 in its MobileNets) would still remember the first ones.
    """
    x = layers.Conv2D(channels, kernel, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.Activation("relu")(x)


def residual_block(x: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    """Two 3 × 3 convolutions beside a shortcut (He et al. 2016); the last scale starts at 0, so the block starts
    as the identity (Goyal et al. 2017)."""
    y = conv_block(x, channels)
    y = layers.Conv2D(channels, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization(momentum=0.9, gamma_initializer="zeros")(y)
    return layers.Activation("relu")(layers.Add()([x, y]))


def classifier(x: keras.KerasTensor, classes: int, dropout: float) -> keras.KerasTensor:
    """Dropout and the softmax over the classes."""
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(x)
