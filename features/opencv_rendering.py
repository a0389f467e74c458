"""Pictures drawn by OpenCV, the course's way: `cv2.line` on 256 pixels, resized by area.

The functions have the signatures of `features.rendering` and give its pictures up to the smoothing of edges; each
line is a call from Python, so this is the slow way. `cv2.line` takes whole numbers: moved points and the line's
width are rounded to canvas units. It draws a segment in one colour: in green the moment of its middle.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from features.augmentation import Transforms
from features.drawings import UNKNOWN_TIME, Drawings
from features.placement import Placed, place
from features.rasteriser import CANVAS
from features.rendering import END_OF_TIME, STROKE_LEVELS

FULL = 255


@dataclass(frozen=True, eq=False)
class Segments:
    """The G segments of one drawing of P points; a one-point stroke is a segment from its point to itself."""

    points: NDArray[np.int64]  # (P, 2) whole canvas units
    ends: NDArray[np.int64]  # (G, 2) places in points
    stroke: NDArray[np.int64]  # (G,) counting from 0

    @classmethod
    def of(cls, placed: Placed, row: int) -> "Segments":
        """Those of drawing `row`."""
        first, last = placed.drawing_starts[row : row + 2]
        starts = placed.stroke_starts[first : last + 1]
        joined = [
            (stroke, point, min(point + 1, end - 1))
            for stroke, (begin, end) in enumerate(pairwise((starts - starts[0]).tolist()))
            for point in range(begin, max(end - 1, begin + 1))
        ]
        table = np.array(joined, np.int64).reshape(-1, 3)
        points = np.rint(placed.points[starts[0] : starts[-1]]).astype(np.int64)
        return cls(points, table[:, 1:], table[:, 0])

    def draw(self, levels: NDArray[np.float64], line_width: float) -> NDArray[np.uint8]:
        """One channel, (256, 256), with each segment at its level of 0 to 1; where they cross, the highest stays."""
        canvas = np.zeros((CANVAS, CANVAS), np.uint8)
        points, ends = self.points.tolist(), self.ends.tolist()
        thickness = max(1, round(line_width))
        for segment in np.argsort(levels):
            first, last = ends[segment]
            cv2.line(canvas, points[first], points[last], int(levels[segment] * FULL + 0.5), thickness)
        return canvas


def render_gray(
    drawings: Drawings, size: int = 64, line_width: float = 6.0, transforms: Transforms | None = None
) -> NDArray[np.uint8]:
    """White lines on black, (N, size, size, 1)."""
    placed = place(drawings, transforms)
    images = np.empty((len(drawings), size, size), np.uint8)
    for row in range(len(drawings)):
        segments = Segments.of(placed, row)
        images[row] = _resized(segments.draw(np.ones(len(segments.ends)), line_width), size)
    return images[..., None]  # (N, size, size, 1) uint8


def render_color(
    drawings: Drawings,
    size: int = 128,
    line_width: float = 6.0,
    transforms: Transforms | None = None,
    use_time: bool = True,
) -> NDArray[np.uint8]:
    """Lines coloured as by `features.rendering.render_color` on black, (N, size, size, 3)."""
    placed = place(drawings, transforms)
    starts = placed.stroke_starts[placed.drawing_starts]
    images = np.empty((len(drawings), size, size, 3), np.uint8)
    for row in range(len(drawings)):
        segments = Segments.of(placed, row)
        moments = _moments(placed.time[starts[row] : starts[row + 1]], use_time)
        red = np.ones(len(segments.ends))
        green = 1 - (1 - END_OF_TIME) * moments[segments.ends].mean(axis=1)
        blue = STROKE_LEVELS[segments.stroke % len(STROKE_LEVELS)]
        channels = [segments.draw(levels, line_width) for levels in (red, green, blue)]
        images[row] = _resized(np.dstack(channels), size)
    return images  # (N, size, size, 3) uint8


def _moments(time: NDArray[np.int32], use_time: bool) -> NDArray[np.float64]:
    """(P,) when each point of a drawing was drawn, 0 to 1: by time, else by the order of the points."""
    if use_time and len(time) and time[0] != UNKNOWN_TIME and time[-1] > time[0]:
        share: NDArray[np.float64] = (time - time[0]) / (time[-1] - time[0])
        return share.clip(0, 1)
    return np.arange(len(time)) / max(len(time) - 1, 1)


def _resized(canvas: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    resized: NDArray[np.uint8] = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return resized
