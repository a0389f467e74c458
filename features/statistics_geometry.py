"""The statistics that points and strokes alone give.

`Geometry` and its kernels stand in one file because numba's cache notices changes of a function's own file only.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.statistics_column import Column

CLOSED_GAP = 0.15  # of a stroke's length; an end nearer to its start closes the stroke
CORNER = math.pi / 3  # a sharper turn than 60° is a corner


class Geometry(Column):
    """Columns; lengths in canvas units, y grows downwards."""

    STROKES = "number of strokes"
    POINTS = "number of points"
    INK = "length of all strokes together, units"
    MEAN_STROKE = "mean length of a stroke, units"
    LONGEST_STROKE = "length of the longest stroke ÷ ink"
    LIFTED = "way of the lifted pen between strokes, units"
    WIDTH = "width of the bounding box, units"
    HEIGHT = "height of the bounding box, units"
    ASPECT = "width ÷ (width + height)"
    DENSITY = "ink ÷ diagonal of the bounding box"
    CENTRE_X = "mean x of the ink, units"
    CENTRE_Y = "mean y of the ink, units"
    SPREAD_X = "standard deviation of the ink's x, units"
    SPREAD_Y = "standard deviation of the ink's y, units"
    RIGHT = "share of the ink drawn to the right (within 22.5°)"
    RIGHT_DOWN = "share of the ink drawn to the right and down"
    DOWN = "share of the ink drawn downwards"
    LEFT_DOWN = "share of the ink drawn to the left and down"
    LEFT = "share of the ink drawn to the left"
    LEFT_UP = "share of the ink drawn to the left and up"
    UP = "share of the ink drawn upwards"
    RIGHT_UP = "share of the ink drawn to the right and up"
    TURNING = "all changes of direction inside strokes added up, whole turns"
    CLOCKWISE = "the same, turns against the clock counted negative, whole turns"
    CURVATURE = "turning ÷ ink, whole turns a unit"
    CORNERS = "number of turns sharper than 60°"
    STRAIGHTNESS = "distances from the strokes' starts to their ends ÷ ink"
    CLOSED_STROKES = "share of the strokes that end within 15 % of their length from their start"
    END_GAP = "distance from the drawing's first point to its last ÷ diagonal of the bounding box"
    SELF_CROSSINGS = "number of times that a stroke crosses itself"
    CROSSINGS = "number of times that strokes cross one another"
    FIRST_X = "x of the first point, units"
    FIRST_Y = "y of the first point, units"
    FIRST_STROKE = "length of the first stroke ÷ ink"
    FIRST_WAY_X = "x of the first stroke's end less that of its start, units"
    FIRST_WAY_Y = "y of the first stroke's end less that of its start, units"
    LAST_X = "x of the last point, units"
    LAST_Y = "y of the last point, units"
    LAST_STROKE = "length of the last stroke ÷ ink"


@njit(nogil=True, cache=True)
def describe_geometry(
    first: int,
    last: int,
    points: NDArray[np.int32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    table: NDArray[np.float32],
) -> None:
    """Fill the rows `first` to `last` of table (N, len(Geometry)), which comes filled with NaN."""
    for n in range(first, last):
        starts = stroke_starts[drawing_starts[n] : drawing_starts[n + 1] + 1]
        row = table[n]
        row[Geometry.STROKES] = len(starts) - 1
        row[Geometry.POINTS] = starts[-1] - starts[0]
        row[Geometry.INK] = 0
        if len(starts) > 1:
            _lengths(points, starts, row)
            _box(points, starts, row)
            _ends(points, starts, row)
            _turns(points, starts, row)
            _crossings(points, starts, row)
            if row[Geometry.INK] > 0:
                _ink(points, starts, row)


@njit(nogil=True, cache=True)
def _distance(points: NDArray[np.int32], p: int, q: int) -> float:
    dx, dy = points[q, 0] - points[p, 0], points[q, 1] - points[p, 1]
    return math.sqrt(dx * dx + dy * dy)


@njit(nogil=True, cache=True)
def _lengths(points: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]) -> None:
    ink, longest, lifted, chords, closed, length, first_length = 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0
    for s in range(len(starts) - 1):
        length = 0.0
        for p in range(starts[s], starts[s + 1] - 1):
            length += _distance(points, p, p + 1)
        if s == 0:
            first_length = length
        else:
            lifted += _distance(points, starts[s] - 1, starts[s])
        gap = _distance(points, starts[s], starts[s + 1] - 1)
        closed += gap < CLOSED_GAP * length
        ink, longest, chords = ink + length, max(longest, length), chords + gap
    row[Geometry.INK], row[Geometry.LIFTED] = ink, lifted
    row[Geometry.MEAN_STROKE] = ink / (len(starts) - 1)
    row[Geometry.CLOSED_STROKES] = closed / (len(starts) - 1)
    if ink > 0:
        row[Geometry.LONGEST_STROKE], row[Geometry.STRAIGHTNESS] = longest / ink, chords / ink
        row[Geometry.FIRST_STROKE], row[Geometry.LAST_STROKE] = first_length / ink, length / ink


@njit(nogil=True, cache=True)
def _box(points: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]) -> None:
    left, top, right, bottom = 255, 255, 0, 0
    for p in range(starts[0], starts[-1]):
        x, y = points[p, 0], points[p, 1]
        left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
    width, height = right - left, bottom - top
    row[Geometry.WIDTH], row[Geometry.HEIGHT] = width, height
    if width + height > 0:
        diagonal = math.sqrt(width * width + height * height)
        row[Geometry.ASPECT] = width / (width + height)
        row[Geometry.DENSITY] = row[Geometry.INK] / diagonal
        row[Geometry.END_GAP] = _distance(points, starts[0], starts[-1] - 1) / diagonal


@njit(nogil=True, cache=True)
def _ends(points: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]) -> None:
    begin, end_of_first, end = starts[0], starts[1] - 1, starts[-1] - 1
    row[Geometry.FIRST_X], row[Geometry.FIRST_Y] = points[begin, 0], points[begin, 1]
    row[Geometry.FIRST_WAY_X] = points[end_of_first, 0] - points[begin, 0]
    row[Geometry.FIRST_WAY_Y] = points[end_of_first, 1] - points[begin, 1]
    row[Geometry.LAST_X], row[Geometry.LAST_Y] = points[end, 0], points[end, 1]


@njit(nogil=True, cache=True)
def _ink(points: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]) -> None:
    """Centre, spread and directions, every segment weighted by its length."""
    ink, x, y, xx, yy = 0.0, 0.0, 0.0, 0.0, 0.0
    for direction in range(8):
        row[Geometry.RIGHT + direction] = 0
    for s in range(len(starts) - 1):
        for p in range(starts[s], starts[s + 1] - 1):
            x0, y0, x1, y1 = points[p, 0], points[p, 1], points[p + 1, 0], points[p + 1, 1]
            length = _distance(points, p, p + 1)
            row[Geometry.RIGHT + round(math.atan2(y1 - y0, x1 - x0) / (math.pi / 4)) % 8] += length
            ink += length
            x += length * (x0 + x1) / 2
            y += length * (y0 + y1) / 2
            xx += length * (x0 * x0 + x0 * x1 + x1 * x1) / 3  # the mean of x² along a segment
            yy += length * (y0 * y0 + y0 * y1 + y1 * y1) / 3
    x, y = x / ink, y / ink
    row[Geometry.CENTRE_X], row[Geometry.CENTRE_Y] = x, y
    row[Geometry.SPREAD_X] = math.sqrt(max(xx / ink - x * x, 0.0))
    row[Geometry.SPREAD_Y] = math.sqrt(max(yy / ink - y * y, 0.0))
    for direction in range(8):
        row[Geometry.RIGHT + direction] /= ink


@njit(nogil=True, cache=True)
def _turns(points: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]) -> None:
    turning, clockwise, corners = 0.0, 0.0, 0
    for s in range(len(starts) - 1):
        before_x, before_y = 0, 0
        for p in range(starts[s], starts[s + 1] - 1):
            dx, dy = points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1]
            if dx == 0 and dy == 0:
                continue
            angle = math.atan2(before_x * dy - before_y * dx, before_x * dx + before_y * dy)
            turning, clockwise, corners = turning + abs(angle), clockwise + angle, corners + (abs(angle) > CORNER)
            before_x, before_y = dx, dy
    row[Geometry.TURNING], row[Geometry.CLOCKWISE] = turning / (2 * math.pi), clockwise / (2 * math.pi)
    row[Geometry.CORNERS] = corners
    if row[Geometry.INK] > 0:
        row[Geometry.CURVATURE] = row[Geometry.TURNING] / row[Geometry.INK]


@njit(nogil=True, cache=True)
def _crossings(points: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]) -> None:
    same, other = 0, 0
    for s in range(len(starts) - 1):
        for p in range(starts[s], starts[s + 1] - 1):
            same += _crossed(points, p, p + 2, starts[s + 1])
            for after in range(s + 1, len(starts) - 1):
                other += _crossed(points, p, starts[after], starts[after + 1])
    row[Geometry.SELF_CROSSINGS], row[Geometry.CROSSINGS] = same, other


@njit(nogil=True, cache=True)
def _crossed(points: NDArray[np.int32], p: int, first: int, last: int) -> int:
    """How many segments of the points `first` to `last` the segment from p crosses; touching is not crossing."""
    ax, ay = points[p, 0], points[p, 1]
    ux, uy = points[p + 1, 0] - ax, points[p + 1, 1] - ay
    count, side = 0, 0
    for q in range(first, last):
        before, side = side, ux * (points[q, 1] - ay) - uy * (points[q, 0] - ax)
        if before * side < 0:  # q - 1 and q lie on different sides of the segment's line
            cx, cy = points[q - 1, 0], points[q - 1, 1]
            vx, vy = points[q, 0] - cx, points[q, 1] - cy
            near = vx * (ay - cy) - vy * (ax - cx)
            count += near * (near + vx * uy - vy * ux) < 0  # so do the segment's ends, of the line from q - 1 to q
    return count
