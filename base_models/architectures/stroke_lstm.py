"""Conv1D and bidirectional LSTM on the sequence of points."""

from typing import NamedTuple

import keras
from keras import layers

from base_models.layers import Size, classifier
from base_models.point_layers import half_as_many, points_of, pooled
from base_models.registry import base_model
from features.inputs import StrokeSequence


class Widths(NamedTuple):
    """Of the convolutions, and of each direction of the LSTMs."""

    convolutions: tuple[int, int, int]
    lstm: int


WIDTHS = {
    "small": Widths((48, 64, 96), lstm=96),
    "medium": Widths((96, 160, 256), lstm=256),
    "large": Widths((128, 256, 384), lstm=512),
}


@base_model(inputs=StrokeSequence(length=128), train={"learning_rate": 3e-3, "weight_decay": 0.01})
def stroke_lstm(input_shape: tuple[int | None, ...], classes: int, size: Size = "small") -> keras.Model:
    """Conv1D and bidirectional LSTM over the points: how it was drawn, stroke by stroke."""
    sequence = keras.Input(input_shape)  # (B, T, 5) dx, dy, pen, time step, present
    x = recurrent(sequence, WIDTHS[size])  # (B, 384)
    return keras.Model(sequence, classifier(x, classes, dropout=0.3), name="stroke_lstm")


def recurrent(sequence: keras.KerasTensor, widths: Widths) -> keras.KerasTensor:
    """What the LSTMs keep of sequences (B, T, 5): (B, 4 * widths.lstm)."""
    x, present = points_of(sequence)  # (B, T, 7)
    first, *others = widths.convolutions
    x = layers.Conv1D(first, 5, padding="same", activation="relu")(x) * present
    for channels in others:
        x = layers.Conv1D(channels, 5, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        present = half_as_many(present)
        x = layers.Activation("relu")(x) * present  # (B, T / 2, 64), then (B, T / 4, 96)
    mask = present[:, :, 0] > 0.5  # (B, T / 4)
    for _ in range(2):
        x = layers.Bidirectional(layers.LSTM(widths.lstm, return_sequences=True))(x, mask=mask)  # (B, T / 4, 192)
        x = layers.Dropout(0.2)(x)
    return pooled(x, present)
