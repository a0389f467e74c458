"""The compiled loops that turn strokes into antialiased pixels; `features.rendering` is their public face.

A stroke is the union of a band along each segment and a disk on each point, so joints and ends are round and a
one-point stroke is a dot. A pixel's coverage falls linearly from 1 to 0 while the distance from its centre to the
line's middle grows from half the width - 0.5 to half the width + 0.5 pixels; overlapping ink takes the larger value.
Inside a band the distance is linear in x, so only disks need a square root.

The kernels are compiled without `fastmath`: every operation is then the IEEE one, and all machines give equal pixels.
All of them stand in one file because numba's cache notices changes of a function's own file only.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

CANVAS = 256  # the width that coordinates 0 to 255 are drawn on before they are scaled to the picture's size


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
    scale = images.shape[1] / CANVAS
    for n in range(first, last):
        image = images[n]
        image[:] = 0
        for s in range(drawing_starts[n], drawing_starts[n + 1]):
            start = stroke_starts[s]
            x0, y0 = _pixel(points[start, 0], scale), _pixel(points[start, 1], scale)
            _gray_disk(image, x0, y0, half_width)
            for p in range(start + 1, stroke_starts[s + 1]):
                x1, y1 = _pixel(points[p, 0], scale), _pixel(points[p, 1], scale)
                _gray_band(image, x0, y0, x1, y1, half_width)
                _gray_disk(image, x1, y1, half_width)
                x0, y0 = x1, y1


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
    scale = images.shape[1] / CANVAS
    for n in range(first, last):
        image = images[n]
        image[:] = 0
        begin, end = stroke_starts[drawing_starts[n]], stroke_starts[drawing_starts[n + 1]]
        for s in range(drawing_starts[n], drawing_starts[n + 1]):
            blue = stroke_levels[(s - drawing_starts[n]) % len(stroke_levels)]
            start = stroke_starts[s]
            x0, y0 = _pixel(points[start, 0], scale), _pixel(points[start, 1], scale)
            green0 = 1 - (1 - end_of_time) * _moment(time, begin, start, end)
            _color_disk(image, x0, y0, half_width, green0, blue)
            for p in range(start + 1, stroke_starts[s + 1]):
                x1, y1 = _pixel(points[p, 0], scale), _pixel(points[p, 1], scale)
                green1 = 1 - (1 - end_of_time) * _moment(time, begin, p, end)
                _color_band(image, x0, y0, x1, y1, half_width, green0, green1, blue)
                _color_disk(image, x1, y1, half_width, green1, blue)
                x0, y0, green0 = x1, y1, green1


@njit(nogil=True, cache=True, error_model="numpy")
def _pixel(coordinate: float, scale: float) -> float:
    """A canvas coordinate in pixels, whole numbers being pixel centres."""
    return (float(coordinate) + 0.5) * scale - 0.5


@njit(nogil=True, cache=True, error_model="numpy")
def _moment(time: NDArray[np.int32], begin: int, p: int, end: int) -> float:
    """When point p was drawn, 0 to 1, in a drawing of the points `begin` to `end`."""
    if time[begin] >= 0 and time[end - 1] > time[begin]:
        return min(max(float(time[p] - time[begin]) / float(time[end - 1] - time[begin]), 0.0), 1.0)
    return (p - begin) / max(end - 1 - begin, 1)


@njit(nogil=True, cache=True, error_model="numpy")
def _within(low: float, high: float, size: int) -> tuple[int, int]:
    """The pixels whose centres lie from low to high, as (first, last + 1), cut to the picture."""
    return math.ceil(min(max(low, 0.0), float(size))), math.floor(max(min(high, size - 1.0), -1.0)) + 1


@njit(nogil=True, cache=True, error_model="numpy")
def _gray_band(image: NDArray[np.uint8], x0: float, y0: float, x1: float, y1: float, half_width: float) -> None:
    size, length = image.shape[0], math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
    if length == 0.0:
        return
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    reach, peak = half_width + 0.5, min(2 * half_width, 1.0) * 255
    ramp, fall = 255 * reach, 255 * uy
    along, near, far, across, half = _edges(ux, uy, length, reach)
    top, bottom = _within(min(y0, y1) - reach * abs(ux), max(y0, y1) + reach * abs(ux), size)
    for row in range(top, bottom):
        dy = row - y0
        left, right = _within(
            x0 + max(dy * along + near, dy * across - half), x0 + min(dy * along + far, dy * across + half), size
        )
        line, base = image[row], 255 * (dy * ux + x0 * uy)
        for column in range(left, right):
            level = max(min(ramp - abs(base - column * fall), peak), 0.0)
            line[column] = max(line[column], np.uint8(level + 0.5))


@njit(nogil=True, cache=True, error_model="numpy")
def _edges(ux: float, uy: float, length: float, reach: float) -> tuple[float, float, float, float, float]:
    """The four edges of a band as lines in dy: dx from `dy * along + near` to `dy * along + far` lies beside the
    segment, dx within `half` of `dy * across` lies within reach of its line."""
    along, near, far, across, half = 0.0, -np.inf, np.inf, 0.0, np.inf
    if ux != 0.0:  # 0 <= dx * ux + dy * uy <= length
        along, near, far = -uy / ux, min(0.0, length / ux), max(0.0, length / ux)
    if uy != 0.0:  # -reach <= dy * ux - dx * uy <= reach
        across, half = ux / uy, reach / abs(uy)
    return along, near, far, across, half


@njit(nogil=True, cache=True, error_model="numpy")
def _gray_disk(image: NDArray[np.uint8], x: float, y: float, half_width: float) -> None:
    size, reach, peak = image.shape[0], half_width + 0.5, min(2 * half_width, 1.0) * 255
    full = np.uint8(peak + 0.5)
    top, bottom = _within(y - reach, y + reach, size)
    left, right = _within(x - reach, x + reach, size)
    for row in range(top, bottom):
        for column in range(left, right):
            squared = (row - y) ** 2 + (column - x) ** 2
            if squared < reach * reach and image[row, column] < full:
                level = np.uint8(min((reach - math.sqrt(squared)) * 255, peak) + 0.5)
                image[row, column] = max(image[row, column], level)


@njit(nogil=True, cache=True, error_model="numpy")
def _color_band(
    image: NDArray[np.uint8],
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    half_width: float,
    green0: float,
    green1: float,
    blue: float,
) -> None:
    size, length = image.shape[0], math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
    if length == 0.0:
        return
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    reach, peak, fade = half_width + 0.5, min(2 * half_width, 1.0) * 255, (green1 - green0) / length
    ramp, fall = 255 * reach, 255 * uy
    along, near, far, across, half = _edges(ux, uy, length, reach)
    top, bottom = _within(min(y0, y1) - reach * abs(ux), max(y0, y1) + reach * abs(ux), size)
    for row in range(top, bottom):
        dy = row - y0
        left, right = _within(
            x0 + max(dy * along + near, dy * across - half), x0 + min(dy * along + far, dy * across + half), size
        )
        line, base = image[row], 255 * (dy * ux + x0 * uy)
        for column in range(left, right):
            level = max(min(ramp - abs(base - column * fall), peak), 0.0)
            _ink(line[column], level, green0 + fade * ((column - x0) * ux + dy * uy), blue)


@njit(nogil=True, cache=True, error_model="numpy")
def _color_disk(image: NDArray[np.uint8], x: float, y: float, half_width: float, green: float, blue: float) -> None:
    size, reach, peak = image.shape[0], half_width + 0.5, min(2 * half_width, 1.0) * 255
    top, bottom = _within(y - reach, y + reach, size)
    left, right = _within(x - reach, x + reach, size)
    for row in range(top, bottom):
        for column in range(left, right):
            squared = (row - y) ** 2 + (column - x) ** 2
            if squared < reach * reach:
                _ink(image[row, column], min((reach - math.sqrt(squared)) * 255, peak), green, blue)


@njit(nogil=True, cache=True, error_model="numpy")
def _ink(pixel: NDArray[np.uint8], level: float, green: float, blue: float) -> None:
    """Lay ink of a level 0 to 255 over a pixel's red, green and blue."""
    pixel[0] = max(pixel[0], np.uint8(level + 0.5))
    pixel[1] = max(pixel[1], np.uint8(level * green + 0.5))
    pixel[2] = max(pixel[2], np.uint8(level * blue + 0.5))
