"""Conv1D and bidirectional LSTM on the sequence of points."""

import keras
from keras import layers, ops

from base_models.layers import classifier
from base_models.registry import base_model
from features.inputs import StrokeSequence


@base_model(inputs=StrokeSequence(length=128), train={"learning_rate": 3e-3, "weight_decay": 0.01})
def stroke_lstm(input_shape: tuple[int | None, ...], classes: int) -> keras.Model:
    """Conv1D and bidirectional LSTM over the points: how it was drawn, stroke by stroke."""
    sequence = keras.Input(input_shape)  # (B, T, 5) dx, dy, pen, time step, present
    present = sequence[:, :, 4:]  # (B, T, 1)
    position = ops.cumsum(sequence[:, :, :2], axis=1) * present - 0.5 * present  # (B, T, 2), centred
    x = layers.Concatenate()([sequence, position])  # (B, T, 7)
    x = layers.Conv1D(48, 5, padding="same", activation="relu")(x) * present
    for channels in (64, 96):
        x = layers.Conv1D(channels, 5, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        present = layers.MaxPooling1D(2)(present)
        x = layers.Activation("relu")(x) * present  # (B, T / 2, 64), then (B, T / 4, 96)
    mask = present[:, :, 0] > 0.5  # (B, T / 4)
    for _ in range(2):
        x = layers.Bidirectional(layers.LSTM(96, return_sequences=True))(x, mask=mask)  # (B, T / 4, 192)
        x = layers.Dropout(0.2)(x)
    peak = ops.max(x * present, axis=1)
    mean = ops.sum(x * present, axis=1) / ops.maximum(ops.sum(present, axis=1), 1.0)
    x = layers.Concatenate()([peak, mean])  # (B, 384)
    return keras.Model(sequence, classifier(x, classes, dropout=0.3), name="stroke_lstm")
