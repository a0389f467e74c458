"""The statistics that need the times of points; all NaN for a drawing without time.

`Timing` and its kernels stand in one file because numba's cache notices changes of a function's own file only.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.statistics_column import Column


class Timing(Column):
    """Columns; a pause is the time from a stroke's last point to the next one's first."""

    DURATION = "time from the first point to the last, seconds"
    DRAWING_TIME = "time of all strokes together, seconds"
    PAUSE_TIME = "all pauses together, seconds"
    LONGEST_PAUSE = "the longest pause, seconds"
    PAUSE_SHARE = "pauses ÷ (pauses + strokes)"
    SPEED = "ink ÷ time of all strokes, units a second"
    TOP_SPEED = "speed of the fastest stroke, units a second"
    FIRST_STROKE_TIME = "time of the first stroke, seconds"
    LONGEST_STROKE_TIME = "time of the slowest stroke, seconds"
    LAST_STROKE_TIME = "time of the last stroke, seconds"


@njit(nogil=True, cache=True)
def describe_timing(
    first: int,
    last: int,
    points: NDArray[np.int32],
    time: NDArray[np.int32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    table: NDArray[np.float32],
) -> None:
    """Fill the rows `first` to `last` of table (N, len(Timing)), which comes filled with NaN."""
    for n in range(first, last):
        starts = stroke_starts[drawing_starts[n] : drawing_starts[n + 1] + 1]
        if len(starts) > 1 and time[starts[0]] >= 0:
            _times(time, starts, table[n])
            _speeds(points, time, starts, table[n])


@njit(nogil=True, cache=True)
def _seconds(time: NDArray[np.int32], p: int, q: int) -> float:
    """From point p to point q; a clock that jumped back counts as standing still."""
    return float(max(time[q] - time[p], 0)) / 1000


@njit(nogil=True, cache=True)
def _times(time: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]) -> None:
    drawing, pauses, longest, longest_pause = 0.0, 0.0, 0.0, 0.0
    for s in range(len(starts) - 1):
        seconds = _seconds(time, starts[s], starts[s + 1] - 1)
        pause = _seconds(time, starts[s] - 1, starts[s]) if s > 0 else 0.0
        drawing, longest = drawing + seconds, max(longest, seconds)
        pauses, longest_pause = pauses + pause, max(longest_pause, pause)
    row[Timing.DURATION] = _seconds(time, starts[0], starts[-1] - 1)
    row[Timing.DRAWING_TIME], row[Timing.LONGEST_STROKE_TIME] = drawing, longest
    row[Timing.PAUSE_TIME], row[Timing.LONGEST_PAUSE] = pauses, longest_pause
    row[Timing.FIRST_STROKE_TIME] = _seconds(time, starts[0], starts[1] - 1)
    row[Timing.LAST_STROKE_TIME] = _seconds(time, starts[-2], starts[-1] - 1)
    if drawing + pauses > 0:
        row[Timing.PAUSE_SHARE] = pauses / (drawing + pauses)


@njit(nogil=True, cache=True)
def _speeds(
    points: NDArray[np.int32], time: NDArray[np.int32], starts: NDArray[np.int64], row: NDArray[np.float32]
) -> None:
    ink, top = 0.0, 0.0
    for s in range(len(starts) - 1):
        length, seconds = 0.0, _seconds(time, starts[s], starts[s + 1] - 1)
        for p in range(starts[s], starts[s + 1] - 1):
            dx, dy = points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1]
            length += math.sqrt(dx * dx + dy * dy)
        ink += length
        if seconds > 0:
            top = max(top, length / seconds)
    if row[Timing.DRAWING_TIME] > 0:
        row[Timing.SPEED], row[Timing.TOP_SPEED] = ink / row[Timing.DRAWING_TIME], top
