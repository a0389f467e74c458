"""One drawing a key_id: raw and simplified form joined, copies dropped, contradictions set aside."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.arrow_files import ArrowDrawings
from features.drawings import UNKNOWN_RECOGNIZED, Drawings

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Joined:
    """What is left of many rows when every key_id is one drawing; independent of the order of the rows."""

    rows: Rows  # (N,) the drawings in the order of their key_ids
    other: Rows  # (N,) the row of the same drawing without time; its own row where there is none
    duplicates: int  # rows dropped because another has the same key_id, class and points
    contradictions: NDArray[np.int64]  # key_ids that name different drawings: none of those is taken


def join(drawings: ArrowDrawings) -> Joined:
    """Join rows by key_id: of a raw and a simplified form the one with time stands for both."""
    key_id, untimed = drawings.key_id, ~drawings.has_time
    order = np.lexsort((untimed, key_id))
    shared = _shared(key_id[order], untimed[order])
    duplicate = np.zeros(len(order), bool)
    if shared.any():
        order[shared], duplicate[shared] = _copies(drawings, order[shared])
    order = order[~duplicate]
    contradictions = _contradictions(key_id[order], untimed[order], drawings.label[order])
    order = order[~np.isin(key_id[order], contradictions)]
    first = _first(key_id[order])
    last = np.append(first, True)[1:]
    return Joined(order[first], order[last], int(duplicate.sum()), contradictions)


def take_joined(drawings: ArrowDrawings, rows: Rows, other: Rows) -> Drawings:
    """The drawings of `rows`; what one does not know of itself, its `other` row says."""
    taken = drawings.take(rows)
    unknown = (taken.country == b"") | (taken.recognized == UNKNOWN_RECOGNIZED) | np.isnat(taken.timestamp)
    filled = np.flatnonzero(unknown & (rows != other))
    if not len(filled):
        return taken
    says = drawings.take(other[filled])
    country, recognized, timestamp = taken.country.copy(), taken.recognized.copy(), taken.timestamp.copy()
    country[filled] = np.where(country[filled] == b"", says.country, country[filled])
    recognized[filled] = np.where(recognized[filled] == UNKNOWN_RECOGNIZED, says.recognized, recognized[filled])
    timestamp[filled] = np.where(np.isnat(timestamp[filled]), says.timestamp, timestamp[filled])
    return replace(taken, country=country, recognized=recognized, timestamp=timestamp)


def content_hash(drawings: Drawings) -> NDArray[np.uint64]:
    """(N,) a number of each drawing's class, strokes, points and times (FNV-1a, 64 bits)."""
    label = drawings.label.astype(np.int64)
    hashes: NDArray[np.uint64] = _hash(
        drawings.points, drawings.time, drawings.stroke_starts, drawings.drawing_starts, label
    )
    return hashes


def _first(*columns: NDArray[np.generic]) -> NDArray[np.bool_]:
    """(N,) whether a row differs from the row before."""
    first = np.ones(len(columns[0]), bool)
    first[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return first


def _shared(key_id: NDArray[np.int64], untimed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(N,) whether another row has the same key_id and form."""
    first = _first(key_id, untimed)
    last = np.append(first, True)[1:]
    shared: NDArray[np.bool_] = ~(first & last)
    return shared


def _copies(drawings: ArrowDrawings, rows: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """These rows with equal ones side by side, and which of them repeat the one before."""
    taken = drawings.take(rows)  # twins are rare; a file that is there twice makes all of them twins
    content, untimed = content_hash(taken), ~taken.has_time
    # of equal drawings the one that knows most comes first
    order = np.lexsort((taken.timestamp, taken.country, -taken.recognized, content, untimed, taken.key_id))
    first = _first(taken.key_id[order], untimed[order], content[order])
    return rows[order], ~first


def _contradictions(
    key_id: NDArray[np.int64], untimed: NDArray[np.bool_], label: NDArray[np.int16]
) -> NDArray[np.int64]:
    """The key_ids that stand for two drawings of one form, or for two classes."""
    again = ~_first(key_id)
    return np.unique(key_id[again & ~(_first(untimed) & ~_first(label))])


@njit(nogil=True, cache=True)
def _hash(
    points: NDArray[np.uint8],
    time: NDArray[np.int32],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    label: NDArray[np.int64],
) -> NDArray[np.uint64]:
    rows = len(label)
    hashes = np.empty(rows, np.uint64)
    for row in range(rows):
        value = _mix(np.uint64(14695981039346656037), label[row])
        for stroke in range(drawing_starts[row], drawing_starts[row + 1]):
            value = _mix(value, stroke_starts[stroke + 1] - stroke_starts[stroke])
            for point in range(stroke_starts[stroke], stroke_starts[stroke + 1]):
                value = _mix(value, np.int64(points[point, 0]) << 8 | np.int64(points[point, 1]))
                value = _mix(value, np.int64(time[point]))
        hashes[row] = value
    return hashes


@njit(nogil=True, cache=True)
def _mix(value: np.uint64, number: int) -> np.uint64:
    return (value ^ np.uint64(number)) * np.uint64(1099511628211)
