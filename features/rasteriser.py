"""The compiled loops that turn strokes into antialiased pixels; `features.rendering` is their public face.

A stroke is the union of a band along each segment and a disk on each point, so joints and ends are round and a
one-point stroke is a dot. A pixel's coverage falls linearly from 1 to 0 while the distance from its centre to the
line's middle grows from half the width - 0.5 to half the width + 0.5 pixels; overlapping ink takes the larger value.
Inside a band the distance is linear in x, so only disks need a square root.

A drawing's geometry is worked out first and its pixels inked afterwards: where one segment's rows end, which no
processor guesses right, the next one's are known by then. Pixels are inked by blocks (`features.ink`), in float32.

The kernels are compiled without `fastmath`: every operation is then the IEEE one, and all machines give equal pixels.
All of them stand in one file because numba's cache notices changes of a function's own file only: whoever changes
`features.ink` or `features.lanes` touches this one as well.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.ink import BLOCK, ink_band, ink_disk

CANVAS = 256  # the width that coordinates 0 to 255 are drawn on before they are scaled to the picture's size
LEAST_SIZE = BLOCK  # pixels of a picture's side, so that a block fits into a row

# What is worked out for each point: its place, and of the segment that ends in it the direction, half the length
# (0 where there is none), and the rows and columns that it inks.
X, Y, UX, UY, MIDDLE, TOP, BOTTOM, LEFT, RIGHT, COLUMNS = range(10)
GREEN, BLUE, INKS = range(3)  # shares of a point's ink, 0 to 1

Image = NDArray[np.uint8]  # (size, size) or (size, size, 3)
Table = NDArray[np.float64]

# For functions that only compiled ones call: numba's doors to Python and C would take a fourth of the compile time.
_inner = njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)


@njit(nogil=True, cache=True, error_model="numpy")
def draw_gray(
    first: int,
    last: int,
    points: NDArray[np.float32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    half_width: float,
    images: NDArray[np.uint8],
) -> None:
    """Draw the drawings `first` to `last` into images (N, size, size); half_width in pixels."""
    most = _most_points(first, last, stroke_starts, drawing_starts)
    table, inks = np.empty((most, COLUMNS)), np.zeros((most, INKS))
    for n in range(first, last):
        images[n] = 0
        starts = stroke_starts[drawing_starts[n] : drawing_starts[n + 1] + 1]
        count = _plan(points, starts, half_width + 0.5, images.shape[1], table)
        _draw(images[n], table, inks, count, half_width)


@njit(nogil=True, cache=True, error_model="numpy")
def draw_color(
    first: int,
    last: int,
    points: NDArray[np.float32],
    time: NDArray[np.int32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    half_width: float,
    end_of_time: float,
    stroke_levels: NDArray[np.float64],
    images: NDArray[np.uint8],
) -> None:
    """Draw the drawings `first` to `last` into images (N, size, size, 3); half_width in pixels.

    Green falls from 1 at a drawing's first moment to `end_of_time` at its last; blue runs through `stroke_levels`.
    A drawing whose `time` starts below 0 takes the order of its points for its time.
    """
    size, most = images.shape[1], _most_points(first, last, stroke_starts, drawing_starts)
    table, inks = np.empty((most, COLUMNS)), np.empty((most, INKS))
    for n in range(first, last):
        images[n] = 0
        starts = stroke_starts[drawing_starts[n] : drawing_starts[n + 1] + 1]
        count = _plan(points, starts, half_width + 0.5, size, table)
        _mix(time, starts, end_of_time, stroke_levels, inks)
        _draw(images[n], table, inks, count, half_width)


@_inner
def _most_points(first: int, last: int, stroke_starts: NDArray[np.int64], drawing_starts: NDArray[np.int64]) -> int:
    """Points of the drawing that has most."""
    most = 0
    for n in range(first, last):
        most = max(most, stroke_starts[drawing_starts[n + 1]] - stroke_starts[drawing_starts[n]])
    return most


@_inner
def _plan(points: NDArray[np.float32], starts: NDArray[np.int64], reach: float, size: int, table: Table) -> int:
    """Work out the geometry of one drawing, whose strokes start at `starts`; gives the number of its points."""
    scale, begin = size / CANVAS, starts[0]
    for s in range(len(starts) - 1):
        for p in range(starts[s], starts[s + 1]):
            row = p - begin
            table[row, X], table[row, Y] = _pixel(points[p, 0], scale), _pixel(points[p, 1], scale)
            table[row, MIDDLE] = 0.0
            if p > starts[s]:
                _plan_segment(table, row, reach, size)
    return int(starts[-1] - begin)


@_inner
def _plan_segment(table: Table, p: int, reach: float, size: int) -> None:
    x0, y0, x1, y1 = table[p - 1, X], table[p - 1, Y], table[p, X], table[p, Y]
    length = math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
    if length == 0.0:
        return
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    table[p, UX], table[p, UY], table[p, MIDDLE] = ux, uy, length / 2
    table[p, TOP], table[p, BOTTOM] = _within(min(y0, y1) - reach * abs(ux), max(y0, y1) + reach * abs(ux), size)
    table[p, LEFT], table[p, RIGHT] = _within(min(x0, x1) - reach * abs(uy), max(x0, x1) + reach * abs(uy), size)


@_inner
def _mix(
    time: NDArray[np.int32], starts: NDArray[np.int64], end_of_time: float, stroke_levels: Table, inks: Table
) -> None:
    """The green and blue of the points of one drawing."""
    begin, end = starts[0], starts[-1]
    for s in range(len(starts) - 1):
        for p in range(starts[s], starts[s + 1]):
            inks[p - begin, GREEN] = 1 - (1 - end_of_time) * _moment(time, begin, p, end)
            inks[p - begin, BLUE] = stroke_levels[s % len(stroke_levels)]


@_inner
def _pixel(coordinate: float, scale: float) -> float:
    """A canvas coordinate in pixels, whole numbers being pixel centres."""
    return (float(coordinate) + 0.5) * scale - 0.5


@_inner
def _moment(time: NDArray[np.int32], begin: int, p: int, end: int) -> float:
    """When point p was drawn, 0 to 1, in a drawing of the points `begin` to `end`."""
    if time[begin] >= 0 and time[end - 1] > time[begin]:
        return min(max(float(time[p] - time[begin]) / float(time[end - 1] - time[begin]), 0.0), 1.0)
    return (p - begin) / max(end - 1 - begin, 1)


@_inner
def _within(low: float, high: float, size: int) -> tuple[int, int]:
    """The pixels whose centres lie from low to high, as (first, last + 1), cut to the picture."""
    return math.ceil(min(max(low, 0.0), float(size))), math.floor(max(min(high, size - 1.0), -1.0)) + 1


@_inner
def _draw(image: Image, table: Table, inks: Table, count: int, half_width: float) -> None:
    """Ink the first `count` points and segments of the table."""
    for p in range(count):
        _disk(image, table[p, X], table[p, Y], half_width, inks[p, GREEN], inks[p, BLUE])
    for p in range(1, count):
        if table[p, MIDDLE] > 0.0:
            _band(image, table, p, half_width, inks)


@_inner
def _disk(image: Image, x: float, y: float, half_width: float, green: float, blue: float) -> None:
    size, reach, peak = image.shape[0], half_width + 0.5, min(2 * half_width, 1.0) * 255
    top, bottom = _within(y - reach, y + reach, size)
    left, right = _within(x - reach, x + reach, size)
    for row in range(top, bottom):
        squared = (row - y) ** 2
        for block in range(left, right, BLOCK):
            column = min(block, size - BLOCK)
            ink_disk(image, row * size + column, column, left, right, x, squared, reach, peak, green, blue)


@_inner
def _band(image: Image, table: Table, p: int, half_width: float, inks: Table) -> None:
    size, peak, ramp = image.shape[0], min(2 * half_width, 1.0) * 255, 255 * (half_width + 0.5)
    x, y, ux, uy, middle = table[p - 1, X], table[p - 1, Y], table[p, UX], table[p, UY], table[p, MIDDLE]
    green, blue, fall = inks[p - 1, GREEN], inks[p, BLUE], 255 * uy
    fade = (inks[p, GREEN] - green) / (2 * middle)
    for block in range(int(table[p, LEFT]), int(table[p, RIGHT]), BLOCK):
        column = min(block, size - BLOCK)
        top, bottom = _rows(block, table, p, half_width + 0.5, size)
        for row in range(top, bottom):
            dy, place = row - y, row * size + column
            beside = 255 * (dy * ux + x * uy)
            ink_band(image, place, column, x, ux, dy * uy, middle, beside, fall, ramp, peak, green, fade, blue)


@_inner
def _rows(block: int, table: Table, p: int, reach: float, size: int) -> tuple[int, int]:
    """The rows in which a band meets the columns of a block: of a wide band not all of its own."""
    top, bottom, right, ux = int(table[p, TOP]), int(table[p, BOTTOM]), table[p, RIGHT], table[p, UX]
    if right - table[p, LEFT] <= BLOCK or ux == 0.0:
        return top, bottom
    x, y, slope, thick = table[p - 1, X], table[p - 1, Y], table[p, UY] / ux, reach / abs(ux)
    one, other = (block - x) * slope, (min(block + BLOCK, right) - 1 - x) * slope
    first, last = _within(y + min(one, other) - thick, y + max(one, other) + thick, size)
    return max(first, top), min(last, bottom)
