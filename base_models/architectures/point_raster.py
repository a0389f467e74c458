"""A learned rasteriser: convolutions over the points say what is drawn, a residual CNN looks at it."""

from typing import NamedTuple

import keras

from base_models.layers import Size, Stages, classifier, residual_stages
from base_models.line_means import LineMeans
from base_models.point_layers import point_block, points_of
from base_models.registry import base_model
from features.inputs import StrokeSequence

GRID = 32  # cells a side: of 8 canvas units
SAMPLES = 8  # steps a line: what is longer than 8 cells is dotted, and its features say where it leads
DILATIONS = (1, 2, 4)  # a point's features come from the 14 points before it and the 14 after


class Widths(NamedTuple):
    """Of the features that are drawn, and of the CNN."""

    points: int
    stages: Stages


WIDTHS = {
    "small": Widths(32, Stages((40, 80, 160), blocks=1)),
    "medium": Widths(64, Stages((64, 128, 256), blocks=2)),
    "large": Widths(96, Stages((104, 208, 416), blocks=3)),
}


@base_model(inputs=StrokeSequence(length=128))
def point_raster(input_shape: tuple[int | None, ...], classes: int, size: Size = "small") -> keras.Model:
    """Learned rasteriser: a residual CNN on what convolutions over the points have drawn for it."""
    widths = WIDTHS[size]
    sequence = keras.Input(input_shape)  # (B, T, 5) dx, dy, pen, time step, present
    points, present = points_of(sequence)  # (B, T, 7)
    x = points
    for dilation in DILATIONS:
        x = point_block(x, present, widths.points, dilation)  # (B, T, 32)
    x = LineMeans(GRID, SAMPLES, dtype="float32")(x, points)  # (B, 32, 32, 35); half precision would misplace points
    x = residual_stages(x, widths.stages)  # (B, 160)
    return keras.Model(sequence, classifier(x, classes, dropout=0.3), name="point_raster")
