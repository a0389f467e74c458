"""A transformer over the points of a drawing."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import keras
from keras import layers, ops

from base_models.layers import Size, classifier
from base_models.point_layers import half_as_many, point_block, points_of, pooled
from base_models.registry import base_model
from features.inputs import StrokeSequence

PERIODS_IN_SPACE = (1.0, 0.5, 0.25, 0.125)  # of the canvas: the finest tells 8 canvas units well apart
PERIODS_IN_ORDER = (4.0, 16.0, 64.0, 256.0)  # of points


class Widths(NamedTuple):
    """Of a point's features, and how often all points look at all."""

    features: int
    heads: int
    blocks: int


WIDTHS = {
    "small": Widths(128, heads=4, blocks=3),
    "medium": Widths(256, heads=8, blocks=5),
    "large": Widths(384, heads=6, blocks=8),
}


@base_model(inputs=StrokeSequence(length=128), train={"learning_rate": 1e-3})
def point_transformer(input_shape: tuple[int | None, ...], classes: int, size: Size = "small") -> keras.Model:
    """Transformer over the points: every part of a drawing beside every other."""
    features, heads, blocks = WIDTHS[size]
    sequence = keras.Input(input_shape)  # (B, T, 5) dx, dy, pen, time step, present
    points, present = points_of(sequence)  # (B, T, 7)
    order = ops.cumsum(present, axis=1)
    x = layers.Concatenate()([points, *waves(points[:, :, 5:], PERIODS_IN_SPACE), *waves(order, PERIODS_IN_ORDER)])
    x = point_block(x * present, present, features // 2)
    x = layers.Conv1D(features, 5, strides=2, padding="same")(x)  # (B, T / 2, 128): pairs, at a quarter of the cost
    present = half_as_many(present)
    attended = ops.swapaxes(present, 1, 2) > 0.5  # (B, 1, T / 2)
    for _ in range(blocks):
        x = attention_block(x, attended, heads)
    x = layers.Dense(2 * features, activation="relu")(layers.LayerNormalization()(x))
    return keras.Model(sequence, classifier(pooled(x, present), classes, dropout=0.3), name="point_transformer")


def attention_block(x: keras.KerasTensor, attended: keras.KerasTensor, heads: int) -> keras.KerasTensor:
    """Attention to the points that are `attended`, (B, 1, T), then two dense layers, each beside a shortcut.

    Normalised before rather than after, which trains without care (Xiong et al. 2020).
    """
    features = x.shape[-1]
    y = layers.LayerNormalization()(x)
    # not by cuDNN's flash attention: it takes no mask that is the same for all points, and a GPU's log fills with that
    y = layers.MultiHeadAttention(heads, features // heads, flash_attention=False)(y, y, attention_mask=attended)
    x = x + layers.Dropout(0.1)(y)
    y = layers.Dense(4 * features, activation="relu")(layers.LayerNormalization()(x))
    return x + layers.Dropout(0.1)(layers.Dense(features)(y))


def waves(x: keras.KerasTensor, periods: Sequence[float]) -> list[keras.KerasTensor]:
    """Sine and cosine of x at each period, which dense layers read more finely than x itself (Tancik et al. 2020)."""
    angles = [x * (2 * math.pi / period) for period in periods]
    return [wave(angle) for angle in angles for wave in (ops.sin, ops.cos)]
