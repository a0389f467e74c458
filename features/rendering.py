"""Pictures of drawings: grey, and coloured by time."""

import math

import numpy as np
from numpy.typing import NDArray

from features.augmentation import Transforms
from features.cores import over_cores
from features.drawings import UNKNOWN_TIME, Drawings
from features.placement import place
from features.rasteriser import CANVAS, LEAST_SIZE, draw_color, draw_gray
from ground.errors import BadSettings
from ground.recycled import empty

END_OF_TIME = 0.25  # green at the last moment: still well apart from black
STROKE_LEVELS = np.array([1.0, 0.0, 0.5])  # blue of strokes 1, 2, 3, then again: any three in a row differ by half


def render_gray(
    drawings: Drawings, size: int = 64, line_width: float = 6.0, transforms: Transforms | None = None
) -> NDArray[np.uint8]:
    """White antialiased lines on black, (N, size, size, 1).

    The 256-unit canvas is scaled to `size`; `line_width` is in canvas units and means what it means to `cv2.line`,
    so that 6 gives the picture of the course: `cv2.line` of width 6 on 256 pixels, then `cv2.resize` by area. Raises
    `BadSettings` for pictures smaller than 8 pixels.
    """
    placed = place(drawings, transforms)
    images = empty((len(drawings), size, size), np.uint8)
    over_cores(
        draw_gray,
        len(drawings),
        placed.points,
        placed.stroke_starts,
        placed.drawing_starts,
        _half_width(line_width, size),
        images,
    )
    return images[..., None]  # (N, size, size, 1) uint8


def render_color(
    drawings: Drawings,
    size: int = 128,
    line_width: float = 6.0,
    transforms: Transforms | None = None,
    use_time: bool = True,
) -> NDArray[np.uint8]:
    """Antialiased lines coloured by time on black, (N, size, size, 3).

    - Red is the ink: the grey picture.
    - Green is the moment: full at the drawing's first point, fading evenly to a quarter at its last. It runs with
      time; where a drawing's time is unknown or stands still, or with `use_time=False`, with the order of its points.
    - Blue is the stroke: full, none, half, by turns, so that neighbouring strokes differ even where they touch.

    `use_time=False` serves sets in which few drawings have times, that all be coloured by one rule.
    Where lines cross, each channel keeps its larger value: the order of drawing does not hide ink. Raises
    `BadSettings` for pictures smaller than 8 pixels.
    """
    placed = place(drawings, transforms)
    images = empty((len(drawings), size, size, 3), np.uint8)
    over_cores(
        draw_color,
        len(drawings),
        placed.points,
        placed.time if use_time else np.full_like(placed.time, UNKNOWN_TIME),
        placed.stroke_starts,
        placed.drawing_starts,
        _half_width(line_width, size),
        END_OF_TIME,
        STROKE_LEVELS,
        images,
    )
    return images  # (N, size, size, 3) uint8


def _half_width(line_width: float, size: int) -> float:
    """Half of what a line covers, in pixels of the picture."""
    if size < LEAST_SIZE:
        raise BadSettings(f"Expected pictures of {LEAST_SIZE} pixels or more, received {size}. Take a larger size.")
    return covered(line_width) / 2 * size / CANVAS


def covered(line_width: float) -> float:
    """Canvas units that `cv2.line` covers across a line of this width.

    It covers 1 row by a level line of width 1, and 3, 5, 5, 7, 7, 9, 9 by widths from 2 on: one more than the next
    even number. It takes whole widths; ours between two of them lie between in proportion.
    """
    below = math.floor(line_width)
    return _rows(below) + (line_width - below) * (_rows(below + 1) - _rows(below))


def _rows(width: int) -> int:
    return width if width < 2 else width + width % 2 + 1
