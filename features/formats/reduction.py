"""Raw strokes to simplified ones, by the recipe that the dataset publishes.

Source: https://github.com/googlecreativelab/quickdraw-dataset, "Simplified Drawing files": align the drawing to
the top left corner, scale it uniformly to a largest value of 255, resample all strokes with a spacing of 1 pixel,
simplify them by Ramer–Douglas–Peucker with an epsilon of 2.0. The page leaves details open; those below give
95 % of the dataset's own simplified drawings to the last pixel (ties between points account for the rest):
positions stay unrounded up to the end, then halves go to even; samples lie at 0, 1, 2, … pixels along the stroke,
and its last point follows, even where it is the first; a distance is taken to the line, not to the segment.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.drawings import UNKNOWN_TIME
from features.formats.reasons import Reason
from features.formats.strokes_json import LONGEST_STROKE

LARGEST = 255.0  # pixels
EPSILON = 2.0  # pixels
LONGEST_PATH = 100_000  # pixels; the drawing crossed 400 times, in a game of 20 seconds: bounds memory and time


class ReducedStrokes(NamedTuple):
    """The same drawings, simplified; one that could not be reduced has a reason and no strokes."""

    points: NDArray[np.uint8]  # (P, 2)
    time: NDArray[np.int32]  # (P,) milliseconds; -1 throughout drawings without time
    stroke_starts: NDArray[np.int64]  # (S + 1,)
    drawing_starts: NDArray[np.int64]  # (N + 1,)
    reason: NDArray[np.uint8]  # (N,) of `Reason`


@njit(nogil=True, cache=True)
def reduce_raw(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    time: NDArray[np.float64],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    timed: NDArray[np.bool_],
) -> ReducedStrokes:
    """Simplify N raw drawings; the time of a kept point is interpolated linearly along the stroke."""
    rows = len(timed)
    points = np.empty((len(x) + 2 * len(stroke_starts), 2), np.uint8)
    times = np.empty(len(points), np.int32)
    starts, firsts = np.zeros(len(stroke_starts), np.int64), np.zeros(rows + 1, np.int64)
    reason = np.zeros(rows, np.uint8)
    strokes = 0
    for row in range(rows):
        first, last = drawing_starts[row], drawing_starts[row + 1]
        held = slice(stroke_starts[first], stroke_starts[last])
        left, top, size = _box(x[held], y[held])
        stroke = strokes
        for s in range(first, last):
            part = slice(stroke_starts[s], stroke_starts[s + 1])
            path = _resample((x[part] - left) * LARGEST / size, (y[part] - top) * LARGEST / size, time[part])
            kept = _simplify(path[0], path[1])
            if len(path[0]) == 0 or len(kept) > LONGEST_STROKE:
                reason[row] = Reason.TOO_LONG
                break
            place = starts[stroke]
            while place + len(kept) > len(points):
                points, times = np.concatenate((points, points)), np.concatenate((times, times))
            _write_stroke(points[place:], times[place:], path, kept, timed[row])
            stroke += 1
            starts[stroke] = place + len(kept)
        if reason[row] == Reason.GOOD:
            strokes = stroke
        firsts[row + 1] = strokes
    count = starts[strokes]
    return ReducedStrokes(points[:count], times[:count], starts[: strokes + 1], firsts, reason)


@njit(nogil=True, cache=True)
def _box(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float]:
    """Left, top, and the longer side, which is 1 where all points are one."""
    if len(x) == 0:
        return 0.0, 0.0, 1.0
    left, top = x.min(), y.min()
    size = max(x.max() - left, y.max() - top)
    return left, top, size if size > 0 else 1.0


@njit(nogil=True, cache=True)
def _resample(
    x: NDArray[np.float64], y: NDArray[np.float64], time: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Points at 0, 1, 2, … pixels along the stroke, and its last; nothing where the stroke is too long."""
    along = np.zeros(len(x))
    for place in range(1, len(x)):
        step_x, step_y = x[place] - x[place - 1], y[place] - y[place - 1]
        along[place] = along[place - 1] + np.sqrt(step_x * step_x + step_y * step_y)
    if along[-1] > LONGEST_PATH:
        return np.empty(0), np.empty(0), np.empty(0)
    samples = int(along[-1]) + 1
    new_x, new_y, new_time = np.empty(samples + 1), np.empty(samples + 1), np.empty(samples + 1)
    new_x[0], new_y[0], new_time[0] = x[0], y[0], time[0]
    place = 1
    for sample in range(1, samples):
        while along[place] < sample:
            place += 1
        share = (sample - along[place - 1]) / (along[place] - along[place - 1])
        new_x[sample] = x[place - 1] + share * (x[place] - x[place - 1])
        new_y[sample] = y[place - 1] + share * (y[place] - y[place - 1])
        new_time[sample] = time[place - 1] + share * (time[place] - time[place - 1])
    new_x[samples], new_y[samples], new_time[samples] = x[-1], y[-1], time[-1]
    return new_x, new_y, new_time


@njit(nogil=True, cache=True)
def _simplify(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """The places that Ramer–Douglas–Peucker keeps, in order (a stack in place of the recursion)."""
    keep = np.zeros(len(x), np.bool_)
    keep[:1], keep[-1:] = True, True
    open_first, open_last = np.empty(len(x) + 1, np.int64), np.empty(len(x) + 1, np.int64)
    open_first[0], open_last[0] = 0, len(x) - 1
    depth = 1
    while depth:
        depth -= 1
        first, last = open_first[depth], open_last[depth]
        farthest, distance = _farthest(x, y, first, last)
        if distance > EPSILON:
            keep[farthest] = True
            open_first[depth], open_last[depth] = first, farthest
            open_first[depth + 1], open_last[depth + 1] = farthest, last
            depth += 2
    return np.flatnonzero(keep)


@njit(nogil=True, cache=True)
def _farthest(x: NDArray[np.float64], y: NDArray[np.float64], first: int, last: int) -> tuple[int, float]:
    """The first of the points farthest from the line through `first` and `last`, and its distance in pixels."""
    step_x, step_y = x[last] - x[first], y[last] - y[first]
    length = np.sqrt(step_x * step_x + step_y * step_y)
    farthest, distance = first, 0.0
    for place in range(first + 1, last):
        from_x, from_y = x[place] - x[first], y[place] - y[first]
        if length > 0:
            away = abs(step_x * from_y - step_y * from_x) / length
        else:  # a closed stroke has no line: the distance to its end
            away = np.sqrt(from_x * from_x + from_y * from_y)
        if away > distance:
            farthest, distance = place, away
    return farthest, distance


@njit(nogil=True, cache=True)
def _write_stroke(
    points: NDArray[np.uint8],
    times: NDArray[np.int32],
    path: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    kept: NDArray[np.int64],
    timed: bool,
) -> None:
    for place, sample in enumerate(kept):
        points[place, 0] = np.uint8(np.rint(path[0][sample]))
        points[place, 1] = np.uint8(np.rint(path[1][sample]))
        times[place] = np.int32(np.rint(path[2][sample])) if timed else UNKNOWN_TIME
