"""Pictures of drawings: grey, and coloured by time."""

import numpy as np
from numpy.typing import NDArray

from features.augmentation import Transforms
from features.cores import over_cores
from features.drawings import UNKNOWN_TIME, Drawings
from features.placement import place
from features.rasteriser import CANVAS, draw_color, draw_gray

END_OF_TIME = 0.25  # green at the last moment: still well apart from black
STROKE_LEVELS = np.array([1.0, 0.0, 0.5])  # blue of strokes 1, 2, 3, then again: any three in a row differ by half
OPENCV_EXTRA = 1.0  # canvas units; a level line of width 6 by cv2.line covers 7 rows


def render_gray(
    drawings: Drawings, size: int = 64, line_width: float = 6.0, transforms: Transforms | None = None
) -> NDArray[np.uint8]:
    """White antialiased lines on black, (N, size, size, 1).

    The 256-unit canvas is scaled to `size`; `line_width` is in canvas units and means what it means to `cv2.line`,
    so that 6 gives the picture of the course: `cv2.line` of width 6 on 256 pixels, then `cv2.resize` by area.
    """
    placed = place(drawings, transforms)
    images = np.empty((len(drawings), size, size), np.uint8)
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
    Where lines cross, each channel keeps its larger value: the order of drawing does not hide ink.
    """
    placed = place(drawings, transforms)
    images = np.empty((len(drawings), size, size, 3), np.uint8)
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
    """Half the line's width in pixels of the picture."""
    return (line_width + OPENCV_EXTRA) / 2 * size / CANVAS
