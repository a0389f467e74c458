"""The dataset's JSON of strokes, read from bytes by compiled loops, whole batches at a time."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.formats.json_numbers import CLOSE, COMMA, OPEN, WRONG, numbers, skip
from features.formats.reasons import Reason

LONGEST_STROKE = 65_535  # points; the shards and `.bin` count them in 16 bits
FARTHEST = 1e6  # raw pixels
LATEST = 2**31 - 1  # milliseconds


class ParsedStrokes(NamedTuple):
    """R drawings as they stand in the file; one that could not be read has a reason and no strokes."""

    x: NDArray[np.float64]  # (P,)
    y: NDArray[np.float64]  # (P,)
    time: NDArray[np.float64]  # (P,) milliseconds; not set in drawings without time
    stroke_starts: NDArray[np.int64]  # (S + 1,) into points
    drawing_starts: NDArray[np.int64]  # (R + 1,) into strokes
    timed: NDArray[np.bool_]  # (R,) three lists a stroke
    reason: NDArray[np.uint8]  # (R,) of `Reason`


@njit(nogil=True, cache=True)
def parse_strokes(
    text: NDArray[np.uint8], begin: NDArray[np.int64], end: NDArray[np.int64], raw: bool
) -> ParsedStrokes:
    """Read the drawings that stand in `text[begin[r]:end[r]]`.

    Simplified drawings must have whole coordinates from 0 to 255; raw ones any within a million pixels.
    """
    rows = len(begin)
    room = (end - begin).sum() // 2 + 1  # a number takes two bytes at least, one of them its comma or bracket
    x, y, time = np.empty(room), np.empty(room), np.empty(room)
    stroke_starts = np.zeros(room // 4 + 2, np.int64)  # "[[1],[1]]" is a stroke in nine bytes
    drawing_starts = np.zeros(rows + 1, np.int64)
    timed, reason = np.zeros(rows, np.bool_), np.zeros(rows, np.uint8)
    strokes = 0
    for row in range(rows):
        why, stroke, with_time = _drawing(text, begin[row], end[row], x, y, time, stroke_starts, strokes, raw)
        reason[row] = why
        if why == Reason.GOOD:
            strokes, timed[row] = stroke, with_time
        drawing_starts[row + 1] = strokes
    points = stroke_starts[strokes]
    return ParsedStrokes(
        x[:points], y[:points], time[:points], stroke_starts[: strokes + 1], drawing_starts, timed, reason
    )


@njit(nogil=True, cache=True)
def _drawing(
    text: NDArray[np.uint8],
    at: int,
    end: int,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    time: NDArray[np.float64],
    stroke_starts: NDArray[np.int64],
    stroke: int,
    raw: bool,
) -> tuple[int, int, bool]:
    """One drawing: the reason, the number of strokes now held, whether it has times."""
    first, with_time = stroke, False
    at = skip(text, at, end)
    if at >= end or text[at] != OPEN:
        return Reason.DRAWING, first, False
    at = skip(text, at + 1, end)
    if at < end and text[at] == CLOSE:
        return (Reason.GOOD if skip(text, at + 1, end) == end else Reason.DRAWING), first, False
    while True:
        why, at, lists, points = _stroke(text, at, end, x, y, time, stroke_starts[stroke], raw)
        if why != Reason.GOOD:
            return why, first, False
        if stroke > first and (lists == 3) != with_time:
            return Reason.TIMED, first, False
        with_time = lists == 3
        stroke += 1
        stroke_starts[stroke] = points
        at = skip(text, at, end)
        if at < end and text[at] == COMMA:
            at = skip(text, at + 1, end)
        elif at < end and text[at] == CLOSE and skip(text, at + 1, end) == end:
            return Reason.GOOD, stroke, with_time
        else:
            return Reason.DRAWING, first, False


@njit(nogil=True, cache=True)
def _stroke(
    text: NDArray[np.uint8],
    at: int,
    end: int,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    time: NDArray[np.float64],
    first: int,
    raw: bool,
) -> tuple[int, int, int, int]:
    """One stroke, its points from place `first` on: the reason, the position after it, its lists, the place after."""
    if at >= end or text[at] != OPEN:
        return Reason.DRAWING, at, 0, first
    lists, last = 0, first
    at = skip(text, at + 1, end)
    while at < end and text[at] == OPEN:
        if lists == 3:
            return Reason.LISTS, at, lists, first
        at, stop = numbers(text, at, end, x if lists == 0 else y if lists == 1 else time, first)
        if at == WRONG:
            return Reason.DRAWING, at, lists, first
        if lists > 0 and stop != last:
            return Reason.LENGTHS, at, lists, first
        last = stop
        lists += 1
        at = skip(text, at, end)
        if at < end and text[at] == COMMA:
            at = skip(text, at + 1, end)
            if at >= end or text[at] != OPEN:
                return Reason.DRAWING, at, lists, first
        elif at < end and text[at] == OPEN:
            return Reason.DRAWING, at, lists, first
    if at >= end or text[at] != CLOSE:
        return Reason.DRAWING, at, lists, first
    if lists < 2:
        return Reason.LISTS, at, lists, first
    return _check(x, y, time, first, last, lists == 3, raw), at + 1, lists, last


@njit(nogil=True, cache=True)
def _check(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    time: NDArray[np.float64],
    first: int,
    last: int,
    with_time: bool,
    raw: bool,
) -> int:
    if first == last:
        return Reason.EMPTY_STROKE
    if last - first > LONGEST_STROKE and not raw:
        return Reason.TOO_LONG
    for place in range(first, last):
        if raw:
            if abs(x[place]) > FARTHEST or abs(y[place]) > FARTHEST:
                return Reason.COORDINATES
        elif not (_is_pixel(x[place]) and _is_pixel(y[place])):
            return Reason.COORDINATES
        if with_time and not 0 <= time[place] <= LATEST:
            return Reason.TIME
    return Reason.GOOD


@njit(nogil=True, cache=True)
def _is_pixel(value: float) -> bool:
    return 0 <= value <= 255 and value == np.floor(value)
