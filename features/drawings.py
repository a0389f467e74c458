"""`Drawings`: a batch of doodles as ragged arrays, the one structure that every room speaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ground.errors import BadDrawing

UNKNOWN_TIME = -1
UNKNOWN_LABEL = -1
UNKNOWN_RECOGNIZED = -1
CV_SHARDS = 100

Stroke = Sequence[Sequence[int]]  # (x…), (y…) and, where known, (t…) in milliseconds


@dataclass(frozen=True, eq=False)
class Drawings:
    """N drawings of S strokes and P points in all.

    Stroke s holds the points `stroke_starts[s]` to `stroke_starts[s + 1]`; drawing n holds the strokes
    `drawing_starts[n]` to `drawing_starts[n + 1]`. A drawing may have no stroke; a stroke has a point or more.
    Slicing and fancy indexing give `Drawings` again; arrays are shared with the original where they can be.
    """

    points: NDArray[np.uint8]  # (P, 2) x and y, 0 to 255, y grows downwards
    time: NDArray[np.int32]  # (P,) milliseconds from the drawing's start; -1 throughout a drawing without time
    stroke_starts: NDArray[np.int64]  # (S + 1,) into points
    drawing_starts: NDArray[np.int64]  # (N + 1,) into strokes
    key_id: NDArray[np.int64]  # (N,)
    label: NDArray[np.int16]  # (N,) place in the class list; -1 unknown
    country: NDArray[np.bytes_]  # (N,) S2; empty where unknown
    recognized: NDArray[np.int8]  # (N,) 1 true, 0 false, -1 unknown
    timestamp: NDArray[np.datetime64]  # (N,) microseconds, UTC; NaT where unknown

    def __len__(self) -> int:
        return len(self.key_id)

    def __repr__(self) -> str:
        return f"Drawings({len(self):,} drawings, {len(self.stroke_starts) - 1:,} strokes, {len(self.points):,} points)"

    def __getitem__(self, rows: slice | ArrayLike) -> "Drawings":
        if isinstance(rows, slice) and rows.step in (None, 1):
            return self._slice(*rows.indices(len(self))[:2])
        return self._take(np.arange(len(self))[np.asarray(rows) if not isinstance(rows, slice) else rows])

    def take(self, rows: NDArray[np.int64]) -> "Drawings":
        """The drawings of `rows`, in that order: `drawings[rows]`, under the name that shards have it by."""
        return self._take(rows)

    @property
    def cv(self) -> NDArray[np.int64]:
        """(N,) the cv shard of each drawing, 0 to 99: the dataset's convention, `key_id // 10**7 % 100`."""
        return cv_of(self.key_id)

    @property
    def point_starts(self) -> NDArray[np.int64]:
        """(N + 1,) where each drawing's points start."""
        return self.stroke_starts[self.drawing_starts]

    @property
    def has_time(self) -> NDArray[np.bool_]:
        """(N,) whether the times of a drawing's points are known."""
        starts = self.point_starts
        known = np.zeros(len(self), dtype=bool)
        filled = starts[1:] > starts[:-1]
        known[filled] = self.time[starts[:-1][filled]] != UNKNOWN_TIME
        return known

    def strokes(self, row: int) -> list[NDArray[np.uint8]]:
        """The strokes of one drawing, each (points, 2)."""
        first, last = self.drawing_starts[row], self.drawing_starts[row + 1]
        return [self.points[self.stroke_starts[s] : self.stroke_starts[s + 1]] for s in range(first, last)]

    def _slice(self, first: int, last: int) -> "Drawings":
        last = max(first, last)
        strokes = self.drawing_starts[first : last + 1]
        points = self.stroke_starts[strokes[0] : strokes[-1] + 1]
        rows, held = slice(first, last), slice(points[0], points[-1])
        return Drawings(
            points=self.points[held],
            time=self.time[held],
            stroke_starts=points - points[0],
            drawing_starts=strokes - strokes[0],
            key_id=self.key_id[rows],
            label=self.label[rows],
            country=self.country[rows],
            recognized=self.recognized[rows],
            timestamp=self.timestamp[rows],
        )

    def _take(self, rows: NDArray[np.int64]) -> "Drawings":
        drawing_starts, strokes = _gather(self.drawing_starts, rows)
        stroke_starts, points = _gather(self.stroke_starts, strokes)
        return Drawings(
            points=self.points[points],
            time=self.time[points],
            stroke_starts=stroke_starts,
            drawing_starts=drawing_starts,
            key_id=self.key_id[rows],
            label=self.label[rows],
            country=self.country[rows],
            recognized=self.recognized[rows],
            timestamp=self.timestamp[rows],
        )

    @classmethod
    def empty(cls) -> Self:
        """No drawings at all."""
        return cls(
            points=np.zeros((0, 2), np.uint8),
            time=np.zeros(0, np.int32),
            stroke_starts=np.zeros(1, np.int64),
            drawing_starts=np.zeros(1, np.int64),
            key_id=np.zeros(0, np.int64),
            label=np.zeros(0, np.int16),
            country=np.zeros(0, "S2"),
            recognized=np.zeros(0, np.int8),
            timestamp=np.zeros(0, "datetime64[us]"),
        )

    @classmethod
    def concat(cls, parts: Iterable["Drawings"]) -> "Drawings":
        """The drawings of all parts, one after another."""
        parts = list(parts)
        if not parts:
            return cls.empty()
        joined = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(cls)
            if not field.name.endswith("_starts")
        }
        return cls(
            stroke_starts=_chain([part.stroke_starts for part in parts]),
            drawing_starts=_chain([part.drawing_starts for part in parts]),
            **joined,
        )

    @classmethod
    def from_strokes(
        cls,
        drawings: Sequence[Sequence[Stroke]],
        key_id: ArrayLike | None = None,
        label: ArrayLike | None = None,
    ) -> "Drawings":
        """Drawings from nested lists `[[x…], [y…]]` or `[[x…], [y…], [t…]]` a stroke, as the dataset's JSON has them.

        Without `key_id` the drawings are numbered from 0. Raises `BadDrawing` (line = place in the list,
        from 1) where a stroke is empty, its lists differ in length, or a value is outside 0 to 255.
        """
        points: list[NDArray[np.uint8]] = []
        times: list[NDArray[np.int32]] = []
        counts: list[int] = []
        for place, strokes in enumerate(drawings, start=1):
            timed = all(len(stroke) == 3 for stroke in strokes)
            for stroke in strokes:
                xy = _checked_points(stroke, place)
                points.append(xy)
                times.append(np.asarray(stroke[2], np.int32) if timed else np.full(len(xy), UNKNOWN_TIME, np.int32))
            counts.append(len(strokes))
        count = len(counts)
        lengths = [len(xy) for xy in points]
        return cls(
            points=np.concatenate(points) if points else np.zeros((0, 2), np.uint8),
            time=np.concatenate(times) if times else np.zeros(0, np.int32),
            stroke_starts=_starts(lengths),
            drawing_starts=_starts(counts),
            key_id=np.arange(count) if key_id is None else np.asarray(key_id, np.int64),
            label=np.full(count, UNKNOWN_LABEL, np.int16) if label is None else np.asarray(label, np.int16),
            country=np.zeros(count, "S2"),
            recognized=np.full(count, UNKNOWN_RECOGNIZED, np.int8),
            timestamp=np.full(count, np.datetime64("NaT"), "datetime64[us]"),
        )


def cv_of(key_id: NDArray[np.int64]) -> NDArray[np.int64]:
    """The cv shard of key_ids, 0 to 99 (the rule of the course: `key_id // 10**7 % 100`)."""
    return key_id // 10**7 % CV_SHARDS


def _checked_points(stroke: Stroke, place: int) -> NDArray[np.uint8]:
    if len(stroke) not in (2, 3) or len({len(axis) for axis in stroke}) != 1 or len(stroke[0]) == 0:
        sizes = [len(axis) for axis in stroke]
        raise BadDrawing(f"Expected x, y (and t) lists of one length, 1 or more; received lengths {sizes}.", line=place)
    xy = np.asarray(stroke[:2])  # (2, points)
    if xy.min() < 0 or xy.max() > 255:
        raise BadDrawing(f"Expected coordinates from 0 to 255, received {xy.min()} to {xy.max()}.", line=place)
    return np.ascontiguousarray(xy.T.astype(np.uint8))


def _starts(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, np.int64))]).astype(np.int64)


def _chain(starts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return _starts(np.concatenate([np.diff(part) for part in starts]))  # type: ignore[arg-type]


def _gather(starts: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """New starts, and the places of all elements, when the ragged rows `rows` are taken in order."""
    lengths = starts[rows + 1] - starts[rows]
    new_starts = _starts(lengths)  # type: ignore[arg-type]
    places = np.arange(new_starts[-1]) + np.repeat(starts[rows] - new_starts[:-1], lengths)
    return new_starts, places
