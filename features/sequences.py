"""Drawings as sequences of pen movements, for recurrent and convolutional stroke models."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.augmentation import Transforms
from features.cores import over_cores
from features.drawings import Drawings
from features.placement import place

CHANNELS = ("dx", "dy", "pen", "time_step", "present")


def sequences(drawings: Drawings, length: int = 128, transforms: Transforms | None = None) -> NDArray[np.float32]:
    """Point after point, (N, length, 5); what is longer is cut at its end, what is shorter is padded with zeros.

    The channels of a point, in the order of `CHANNELS`:
    - `dx`, `dy`: the way from the point before, also across a lifted pen, in units of 255 canvas units; the first
      point's is its position, so the running sum over a sequence gives positions of 0 to 1;
    - `pen`: 1 where a stroke starts, else 0;
    - `time_step`: log(1 + seconds since the point before); 0 for the first point and where time is unknown;
    - `present`: 1; 0 in the padding, so it is the mask.
    """
    placed = place(drawings, transforms)
    steps = np.empty((len(drawings), length, len(CHANNELS)), np.float32)
    over_cores(_steps, len(drawings), placed.points, placed.time, placed.stroke_starts, placed.drawing_starts, steps)
    return steps  # (N, length, 5) float32


@njit(nogil=True, cache=True)
def _steps(
    first: int,
    last: int,
    points: NDArray[np.float32],
    time: NDArray[np.int32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    steps: NDArray[np.float32],
) -> None:
    for n in range(first, last):
        sequence = steps[n]
        begin = stroke_starts[drawing_starts[n]]
        count = min(stroke_starts[drawing_starts[n + 1]] - begin, len(sequence))
        x, y, before = np.float32(0), np.float32(0), time[begin] if count else np.int32(0)
        for t in range(count):
            p = begin + t
            sequence[t, 0] = (points[p, 0] - x) / np.float32(255)
            sequence[t, 1] = (points[p, 1] - y) / np.float32(255)
            sequence[t, 2] = 0
            sequence[t, 3] = math.log1p(max(time[p] - before, 0) / 1000)
            sequence[t, 4] = 1
            x, y, before = points[p, 0], points[p, 1], time[p]
        for s in range(drawing_starts[n], drawing_starts[n + 1]):
            if stroke_starts[s] - begin < count:
                sequence[stroke_starts[s] - begin, 2] = 1
        sequence[count:] = 0
