"""Strokes written as the dataset's JSON, whole batches at a time, by compiled loops."""

from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.drawings import Drawings
from features.formats.json_numbers import CLOSE, COMMA, OPEN, SPACE, ZERO


def strokes_json(drawings: Drawings, with_time: bool) -> list[str]:
    """Each drawing as JSON, `[[[x, …], [y, …]], …]`; drawings with time get a third list a stroke if `with_time`."""
    timed = drawings.has_time if with_time else np.zeros(len(drawings), bool)
    text, starts = _write(drawings.points, drawings.time, drawings.stroke_starts, drawings.drawing_starts, timed)
    written = text.tobytes().decode("ascii")
    return [written[first:last] for first, last in pairwise(starts)]


@njit(nogil=True, cache=True)
def _write(
    points: NDArray[np.uint8],
    time: NDArray[np.int32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    timed: NDArray[np.bool_],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    rows = len(timed)
    # "255, " twice and a time of ten digits a point; "[[], [], []], " a stroke; "[]" a drawing
    text = np.empty(22 * len(points) + 14 * len(stroke_starts) + 2 * rows, np.uint8)
    starts = np.zeros(rows + 1, np.int64)
    at = 0
    for row in range(rows):
        text[at] = OPEN
        at += 1
        for stroke in range(drawing_starts[row], drawing_starts[row + 1]):
            if stroke > drawing_starts[row]:
                at = _comma(text, at)
            first, last = stroke_starts[stroke], stroke_starts[stroke + 1]
            text[at] = OPEN
            at = _write_numbers(text, at + 1, points[first:last, 0])
            at = _write_numbers(text, _comma(text, at), points[first:last, 1])
            if timed[row]:
                at = _write_numbers(text, _comma(text, at), time[first:last])
            text[at] = CLOSE
            at += 1
        text[at] = CLOSE
        at += 1
        starts[row + 1] = at
    return text[:at], starts


@njit(nogil=True, cache=True)
def _comma(text: NDArray[np.uint8], at: int) -> int:
    text[at], text[at + 1] = COMMA, SPACE
    return at + 2


@njit(nogil=True, cache=True)
def _write_numbers(text: NDArray[np.uint8], at: int, values: NDArray[np.int32]) -> int:
    text[at] = OPEN
    at += 1
    for place in range(len(values)):
        if place:
            at = _comma(text, at)
        value, size = np.int64(values[place]), 1
        while value >= 10**size:
            size += 1
        for digit in range(at + size - 1, at - 1, -1):
            text[digit] = ZERO + value % 10
            value //= 10
        at += size
    text[at] = CLOSE
    return at + 1
