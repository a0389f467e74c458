"""Where the points of a batch lie once their transforms are done: what every drawing kernel starts from."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.augmentation import MIDDLE, Transforms
from features.cores import over_cores
from features.drawings import Drawings
from ground.errors import BadSettings


@dataclass(frozen=True, eq=False)
class Placed:
    """N drawings with moved points; strokes that were dropped are gone, as if never drawn."""

    points: NDArray[np.float32]  # (P, 2) canvas units; may lie outside 0 to 255
    time: NDArray[np.int32]  # (P,) milliseconds; -1 throughout a drawing without time
    stroke_starts: NDArray[np.int64]  # (S + 1,)
    drawing_starts: NDArray[np.int64]  # (N + 1,)


def place(drawings: Drawings, transforms: Transforms | None = None) -> Placed:
    """Apply transforms (none: the points as they are).

    Raises `BadSettings` where the transforms were drawn for another batch.
    """
    if transforms is None:
        points = drawings.points.astype(np.float32)
        return Placed(points, drawings.time, drawings.stroke_starts, drawings.drawing_starts)
    expected, received = (
        (len(drawings), len(drawings.stroke_starts) - 1),
        (len(transforms.matrix), len(transforms.kept)),
    )
    if expected != received:
        raise BadSettings(
            f"Expected transforms of {expected} (drawings, strokes), received {received}. "
            "Draw them for this batch with draw_transforms."
        )
    kept = transforms.kept
    stroke_starts = _starts(np.diff(drawings.stroke_starts)[kept])
    drawing_starts = _starts(kept)[drawings.drawing_starts]
    points = np.empty((stroke_starts[-1], 2), np.float32)
    time = np.empty(stroke_starts[-1], np.int32)
    jitter = np.zeros((0, 2), np.float32) if transforms.jitter is None else transforms.jitter
    over_cores(
        _move,
        len(drawings),
        drawings.points,
        drawings.time,
        drawings.stroke_starts,
        drawings.drawing_starts,
        transforms.matrix,
        kept,
        jitter,
        stroke_starts[drawing_starts],
        points,
        time,
    )
    return Placed(points, time, stroke_starts, drawing_starts)


def centred(drawings: Drawings, transforms: Transforms | None = None) -> Transforms:
    """The same transforms (none: the points as they are), of drawings that first go to the middle of the canvas.

    There lies the middle of what all their points span, dropped strokes included. Kaggle's drawings lie at the top
    left, as wide or as high as the canvas: where a long one is anywhere else, or is turned, a model has to learn anew
    what it is.
    """
    if transforms is None:
        as_they_are = np.tile(np.eye(2, 3, dtype=np.float32), (len(drawings), 1, 1))
        transforms = Transforms(as_they_are, np.ones(len(drawings.stroke_starts) - 1, np.bool_), jitter=None)
    matrix = transforms.matrix.copy()
    matrix[:, :, 2] += np.einsum("nij,nj->ni", matrix[:, :, :2], MIDDLE - _middles(drawings))
    return replace(transforms, matrix=matrix)


def _middles(drawings: Drawings) -> NDArray[np.float32]:
    """(N, 2) of what the points of each drawing span; the canvas's where there is none."""
    middles = np.full((len(drawings), 2), MIDDLE, np.float32)
    starts = drawings.stroke_starts[drawings.drawing_starts]  # (N + 1,) first points
    drawn = np.flatnonzero(np.diff(starts))
    if len(drawn):
        least = np.minimum.reduceat(drawings.points, starts[drawn]).astype(np.float32)
        most = np.maximum.reduceat(drawings.points, starts[drawn]).astype(np.float32)
        middles[drawn] = (least + most) / 2
    return middles


def _starts(lengths: NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.int64]:
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


@njit(nogil=True, cache=True)
def _move(
    first: int,
    last: int,
    points: NDArray[np.uint8],
    time: NDArray[np.int32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    matrix: NDArray[np.float32],
    kept: NDArray[np.bool_],
    jitter: NDArray[np.float32],
    new_starts: NDArray[np.int64],
    new_points: NDArray[np.float32],
    new_time: NDArray[np.int32],
) -> None:
    """Write the kept points of the drawings `first` to `last` at `new_starts`."""
    for n in range(first, last):
        place = new_starts[n]
        for s in range(drawing_starts[n], drawing_starts[n + 1]):
            if not kept[s]:
                continue
            for p in range(stroke_starts[s], stroke_starts[s + 1]):
                x, y = np.float32(points[p, 0]), np.float32(points[p, 1])
                for axis in range(2):
                    moved = matrix[n, axis, 0] * x + matrix[n, axis, 1] * y + matrix[n, axis, 2]
                    new_points[place, axis] = moved + jitter[p, axis] if len(jitter) else moved
                new_time[place] = time[p]
                place += 1
