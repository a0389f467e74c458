"""Blocks that the architectures over points share. Padding is 0 wherever a block begins and wherever it ends."""

import keras
from keras import layers, ops


def points_of(sequence: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Of sequences (B, T, 5): the points (B, T, 7), their positions x, y of -0.5 to 0.5 added, and `present` (B, T, 1).

    The channels are dx, dy, pen, time step, present (see `features.sequences`), x, y.
    """
    present = sequence[:, :, 4:]
    position = ops.cumsum(sequence[:, :, :2], axis=1) * present - 0.5 * present  # (B, T, 2), centred
    return layers.Concatenate(dtype="float32")([sequence, position]), present  # half precision would misplace points


def point_block(
    x: keras.KerasTensor, present: keras.KerasTensor, channels: int, dilation: int = 1
) -> keras.KerasTensor:
    """Convolution over 5 points, `dilation` apart, layer normalisation, ReLU.

    A point is normalised by itself: statistics of a batch would depend on how much of it is padding.
    """
    x = layers.Conv1D(channels, 5, dilation_rate=dilation, padding="same")(x)
    return layers.Activation("relu")(layers.LayerNormalization()(x)) * present


def half_as_many(present: keras.KerasTensor) -> keras.KerasTensor:
    """Which places are present after a convolution of stride 2: those with a point among the two in their middle."""
    return layers.MaxPooling1D(2, padding="same")(present)


def pooled(x: keras.KerasTensor, present: keras.KerasTensor) -> keras.KerasTensor:
    """Peak and mean over the points of a drawing, (B, 2 C). Negative peaks count as 0 beside padding."""
    peak = ops.max(x * present, axis=1)
    mean = ops.sum(x * present, axis=1) / ops.maximum(ops.sum(present, axis=1), 1.0)
    return layers.Concatenate()([peak, mean])
