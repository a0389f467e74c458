"""Equal drawings under different key_ids: the same strokes, point for point, whatever their class or times."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.cores import over_cores
from features.drawings import Drawings

AT_ONCE = 100_000  # drawings in memory at a time; about 20 MB
SEEDS = np.uint64(14695981039346656037), np.uint64(7046029254386353131)  # of two hashes: any two numbers will do
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio, odd: Knuth's multiplicative hashing


class Source(Protocol):
    """`Shards`, or `Drawings` in memory."""

    def __len__(self) -> int: ...

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order."""


@dataclass(frozen=True)
class Copies:
    """The drawings that have an equal one; equal ones side by side, in the order of their rows."""

    group: NDArray[np.int64]  # (n,) from 0: equal drawings have the same
    row: NDArray[np.int64]  # (n,) numbered through all sources
    points: NDArray[np.int64]  # (n,) of the drawing; few are equal by chance, many are not


def find_copies(*sources: Source) -> Copies:
    """The drawings of all sources together that occur more than once; those without a point are no drawings here.

    Drawings are compared by 128 bits. 50 million are 1.2e15 pairs, so that two different ones are taken for equal
    once in 10**23 such sets. Only half of the bits are kept for all of them, and a sorted copy: 50M × 8 bytes × 2 =
    0.8 GB; the other half is made for those alone whose first half occurs twice.
    """
    first = np.concatenate([np.zeros(0, np.uint64), *(_hashes(source) for source in sources)])
    row = _rows_of_doubles(first)
    second, points = _second_look(sources, row)
    drawn = points > 0
    row, first, second, points = row[drawn], first[row][drawn], second[drawn], points[drawn]
    order = np.lexsort((row, second, first))
    row, first, second, points = row[order], first[order], second[order], points[order]
    begins = np.ones(len(row), bool)
    begins[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    group = np.cumsum(begins) - 1
    copied = np.bincount(group)[group] > 1 if len(group) else begins
    return Copies(np.unique(group[copied], return_inverse=True)[1], row[copied], points[copied])


def strokes_hash(drawings: Drawings, seed: np.uint64 = SEEDS[0]) -> NDArray[np.uint64]:
    """(N,) a number of each drawing's strokes and points, in their order.

    Every step, (value ^ number) × odd, then ^ its upper half, is one to one in the value before: different numbers
    at one place lead to different values there.
    """
    hashes = np.empty(len(drawings), np.uint64)
    over_cores(
        _hash, len(drawings), drawings.points, drawings.stroke_starts, drawings.drawing_starts, np.uint64(seed), hashes
    )
    return hashes


def _blocks(source: Source) -> Iterator[NDArray[np.int64]]:
    for first in range(0, len(source), AT_ONCE):
        yield np.arange(first, min(first + AT_ONCE, len(source)))


def _hashes(source: Source) -> NDArray[np.uint64]:
    hashes = np.empty(len(source), np.uint64)
    for rows in _blocks(source):
        hashes[rows] = strokes_hash(source.take(rows))
    return hashes


def _rows_of_doubles(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The places at which values stand that stand elsewhere too."""
    ordered = np.sort(hashes)
    doubled = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    places = [np.zeros(0, np.int64)]
    for first in range(0, len(hashes) if len(doubled) else 0, AT_ONCE):
        block = hashes[first : first + AT_ONCE]
        near = np.minimum(np.searchsorted(doubled, block), len(doubled) - 1)
        places.append(first + np.flatnonzero(doubled[near] == block))
    return np.concatenate(places)


def _second_look(sources: tuple[Source, ...], row: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The second hash and the number of points of the drawings at `row`, which ascends."""
    second, points, before = np.empty(len(row), np.uint64), np.empty(len(row), np.int64), 0
    for source in sources:
        mine = np.flatnonzero((row >= before) & (row < before + len(source)))
        for first in range(0, len(mine), AT_ONCE):
            places = mine[first : first + AT_ONCE]
            drawings = source.take(row[places] - before)
            second[places], points[places] = strokes_hash(drawings, SEEDS[1]), np.diff(drawings.point_starts)
        before += len(source)
    return second, points


@njit(nogil=True, cache=True)
def _hash(
    first: int,
    last: int,
    points: NDArray[np.uint8],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    seed: np.uint64,
    hashes: NDArray[np.uint64],
) -> None:
    for n in range(first, last):
        value = seed
        for stroke in range(drawing_starts[n], drawing_starts[n + 1]):
            value = _mixed(value, np.uint64(stroke_starts[stroke + 1] - stroke_starts[stroke]))
            for p in range(stroke_starts[stroke], stroke_starts[stroke + 1]):
                value = _mixed(value, np.uint64(points[p, 0]) << np.uint64(8) | np.uint64(points[p, 1]))
        hashes[n] = value


@njit(nogil=True, cache=True)
def _mixed(value: np.uint64, number: np.uint64) -> np.uint64:
    value = (value ^ number) * MULTIPLIER
    return value ^ (value >> np.uint64(32))
