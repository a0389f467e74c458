"""The arrays of single drawings as bytes, little-endian, and back: what tfrecords of strokes hold.

`points` uint8 (P, 2), `stroke_lengths` uint16 (S,) and `time` int32 (P,) in milliseconds, empty where unknown.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from features.drawings import UNKNOWN_TIME, Drawings

LENGTHS, TIMES = np.dtype("<u2"), np.dtype("<i4")


def stroke_bytes(drawings: Drawings) -> Iterator[dict[str, bytes]]:
    """Each drawing's arrays by their names."""
    lengths = np.diff(drawings.stroke_starts).astype(LENGTHS)
    time, timed, starts = drawings.time.astype(TIMES), drawings.has_time, drawings.point_starts
    for row in range(len(drawings)):
        held = slice(starts[row], starts[row + 1])
        strokes = slice(drawings.drawing_starts[row], drawings.drawing_starts[row + 1])
        yield {
            "points": drawings.points[held].tobytes(),
            "stroke_lengths": lengths[strokes].tobytes(),
            "time": time[held].tobytes() if timed[row] else b"",
        }


def drawing_of(points: bytes, stroke_lengths: bytes, time: bytes) -> Drawings:
    """The one drawing whose arrays these are; all else of it is unknown."""
    xy = np.frombuffer(points, np.uint8).reshape(-1, 2)
    lengths = np.frombuffer(stroke_lengths, LENGTHS).astype(np.int64)
    known = np.frombuffer(time, TIMES).astype(np.int32)
    return replace(
        Drawings.from_strokes([[]]),
        points=xy,
        time=known if len(known) else np.full(len(xy), UNKNOWN_TIME, np.int32),
        stroke_starts=np.concatenate([[0], np.cumsum(lengths)]),
        drawing_starts=np.array([0, len(lengths)]),
    )
