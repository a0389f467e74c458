"""Google's `.bin` of simplified drawings, decoded and encoded by compiled loops.

A record is, little-endian and without gaps: key_id uint64, countrycode 2 bytes, recognized int8, timestamp uint32
(seconds since 1970), the number of strokes uint16, and for each stroke the number of points uint16, then all x
and all y as uint8. Source: https://github.com/googlecreativelab/quickdraw-dataset, examples/binary_file_parser.py.
There is neither class nor time in it; here country 00, recognized -1 and timestamp 0 stand for unknown.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.bad_rows import BadRows
from features.drawings import UNKNOWN_LABEL, UNKNOWN_RECOGNIZED, UNKNOWN_TIME, Drawings
from features.formats.blocks import BLOCK, fill
from features.formats.reasons import TEXT, Reason
from features.formats.sources import Source
from ground.errors import BadData
from ground.files import whole_file

HEADER = 17  # bytes before a record's strokes
LONGEST_RECORD = 64 << 20  # bytes, as the longest line of a text
FIRST_PLAIN, LAST_PLAIN = 33, 126
UNKNOWN_SECONDS = 0
Bytes = NDArray[np.uint8]


class Records(NamedTuple):
    """N whole records; one that is no drawing has a reason and no strokes."""

    points: NDArray[np.uint8]  # (P, 2)
    stroke_starts: NDArray[np.int64]  # (S + 1,)
    drawing_starts: NDArray[np.int64]  # (N + 1,)
    key_id: NDArray[np.int64]  # (N,)
    country: NDArray[np.uint8]  # (N, 2)
    recognized: NDArray[np.int8]  # (N,)
    seconds: NDArray[np.int64]  # (N,)
    reason: NDArray[np.uint8]  # (N,) of `Reason`
    used: int  # bytes


def read(
    source: Source, bad_rows: BadRows, classes: Sequence[str] | None = None, keep_unreadable: bool = False
) -> Iterator[Drawings]:
    """The drawings of one file, some 50,000 at a time; with `classes`, the file's name gives their class.

    Raises `BadData` when the file is empty, its name is no class, or its records make no sense.
    """
    label = _label(source, classes)
    seen = 0
    for records, cut_short in _blocks(source):
        reason = records.reason
        bad_rows.saw(len(reason) + cut_short)
        found = [(seen + int(row) + 1, TEXT[Reason(reason[row])], "") for row in np.flatnonzero(reason)]
        if cut_short:
            found.append((seen + len(reason) + 1, TEXT[Reason.CUT_SHORT], ""))
        bad_rows.add(source.name, found)
        seen += len(reason)
        yield _drawings(records, label, keep_unreadable)


def _label(source: Source, classes: Sequence[str] | None) -> int:
    if classes is None:
        return UNKNOWN_LABEL
    if source.class_name not in classes:
        raise BadData(f"Expected a file named after its class, received {source.name}: no class {source.class_name!r}.")
    return list(classes).index(source.class_name)


def _blocks(source: Source) -> Iterator[tuple[Records, bool]]:
    """The whole records of each block, and whether the file ends in the midst of one after them."""
    with source.open() as stream:
        buffer, held = np.empty(BLOCK, np.uint8), 0
        while True:
            read = fill(stream, buffer, held)
            ended = read < len(buffer)
            if ended and not read and source.size == 0:
                raise BadData(f"Expected records of drawings in {source.name}, received an empty file.")
            records = decode(buffer[:read])
            left = read - records.used
            yield records, ended and left > 0
            if ended:
                return
            if not records.used and len(buffer) >= LONGEST_RECORD:
                raise BadData(f"Expected records of less than 64 MiB in {source.name}, received none. It is no .bin.")
            rest, held = buffer[records.used :], left
            buffer = np.empty(max(BLOCK, 2 * left), np.uint8)
            buffer[:held] = rest


def _drawings(records: Records, label: int, keep_unreadable: bool) -> Drawings:
    rows = np.flatnonzero((records.reason == Reason.GOOD) | (keep_unreadable & (records.reason != Reason.KEY_ID)))
    good, known = records.reason[rows] == Reason.GOOD, records.seconds[rows] != UNKNOWN_SECONDS
    country = np.where(good[:, None], records.country[rows], np.uint8(0))  # what is wrong in a row is not handed on
    seconds = records.seconds[rows].astype("datetime64[s]").astype("datetime64[us]")
    return Drawings(
        points=records.points,
        time=np.full(len(records.points), UNKNOWN_TIME, np.int32),
        stroke_starts=records.stroke_starts,
        drawing_starts=records.drawing_starts[np.append(rows, len(records.reason))],
        key_id=records.key_id[rows],
        label=np.full(len(rows), label, np.int16),
        country=country.view("S2")[:, 0],
        recognized=np.where(good, records.recognized[rows], np.int8(UNKNOWN_RECOGNIZED)),
        timestamp=np.where(known, seconds, np.datetime64("NaT", "us")),
    )


def write(path: Path, drawings: Drawings) -> None:
    """Write drawings as Google does: whole seconds, no class, no time of points."""
    since = drawings.timestamp.astype("datetime64[s]").astype(np.int64)
    seconds = np.where(np.isnat(drawings.timestamp), UNKNOWN_SECONDS, since)
    country = np.ascontiguousarray(drawings.country).view(np.uint8).reshape(-1, 2)
    record = encode(
        drawings.points,
        drawings.stroke_starts,
        drawings.drawing_starts,
        drawings.key_id,
        country,
        drawings.recognized,
        seconds,
    )
    with whole_file(path) as temporary:
        temporary.write_bytes(record.tobytes())


@njit(nogil=True, cache=True)
def decode(data: Bytes) -> Records:
    """The whole records at the beginning of `data`."""
    rows, strokes, points, used = _count(data)
    xy = np.empty((points, 2), np.uint8)
    stroke_starts, drawing_starts = np.zeros(strokes + 1, np.int64), np.zeros(rows + 1, np.int64)
    key_id, seconds = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    country, recognized = np.zeros((rows, 2), np.uint8), np.zeros(rows, np.int8)
    reason = np.zeros(rows, np.uint8)
    at, stroke, place = 0, 0, 0
    for row in range(rows):
        key_id[row] = _number(data, at, 8)
        country[row, 0], country[row, 1] = data[at + 8], data[at + 9]
        recognized[row] = np.int8(data[at + 10])
        seconds[row] = _number(data, at + 11, 4)
        first_stroke, first_place = stroke, place
        count = _number(data, at + 15, 2)
        reason[row] = _wrong(key_id[row], country[row], recognized[row])
        at += HEADER
        for _ in range(count):
            size = _number(data, at, 2)
            if size == 0 and reason[row] == Reason.GOOD:
                reason[row] = Reason.EMPTY_STROKE
            xy[place : place + size, 0] = data[at + 2 : at + 2 + size]
            xy[place : place + size, 1] = data[at + 2 + size : at + 2 + 2 * size]
            at, place, stroke = at + 2 + 2 * size, place + size, stroke + 1
            stroke_starts[stroke] = place
        if reason[row] != Reason.GOOD:
            stroke, place = first_stroke, first_place
        drawing_starts[row + 1] = stroke
    return Records(
        xy[:place], stroke_starts[: stroke + 1], drawing_starts, key_id, country, recognized, seconds, reason, used
    )


@njit(nogil=True, cache=True)
def _count(data: Bytes) -> tuple[int, int, int, int]:
    """Whole records, their strokes, their points, their bytes."""
    rows, strokes, points, used = 0, 0, 0, 0
    while used + HEADER <= len(data):
        count = _number(data, used + 15, 2)
        at, held = used + HEADER, 0
        for _ in range(count):
            if at + 2 > len(data):
                return rows, strokes, points, used
            size = _number(data, at, 2)
            held += size
            at += 2 + 2 * size
        if at > len(data):
            break
        rows, strokes, points, used = rows + 1, strokes + count, points + held, at
    return rows, strokes, points, used


@njit(nogil=True, cache=True)
def _wrong(key_id: int, country: Bytes, recognized: int) -> int:
    if key_id < 0:
        return Reason.KEY_ID
    for place in range(2):
        sign = country[place]
        if not (FIRST_PLAIN <= sign <= LAST_PLAIN or (sign == 0 and country[1] == 0)):
            return Reason.COUNTRY
    return Reason.GOOD if -1 <= recognized <= 1 else Reason.RECOGNIZED


@njit(nogil=True, cache=True)
def _number(data: Bytes, at: int, size: int) -> int:
    """A little-endian number; one of 2^63 and more comes out negative."""
    value = 0
    for place in range(size):
        value |= int(np.int64(data[at + place])) << (8 * place)
    return value


@njit(nogil=True, cache=True)
def encode(
    points: NDArray[np.uint8],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    key_id: NDArray[np.int64],
    country: NDArray[np.uint8],
    recognized: NDArray[np.int8],
    seconds: NDArray[np.int64],
) -> Bytes:
    """The records of N drawings, one after another."""
    rows = len(key_id)
    data = np.empty(HEADER * rows + 2 * (len(stroke_starts) - 1) + 2 * len(points), np.uint8)
    at = 0
    for row in range(rows):
        first, last = drawing_starts[row], drawing_starts[row + 1]
        at = _put(data, at, key_id[row], 8)
        data[at], data[at + 1], data[at + 2] = country[row, 0], country[row, 1], np.uint8(recognized[row])
        at = _put(data, _put(data, at + 3, seconds[row], 4), last - first, 2)
        for stroke in range(first, last):
            held = points[stroke_starts[stroke] : stroke_starts[stroke + 1]]
            at = _put(data, at, len(held), 2)
            data[at : at + len(held)] = held[:, 0]
            data[at + len(held) : at + 2 * len(held)] = held[:, 1]
            at += 2 * len(held)
    return data


@njit(nogil=True, cache=True)
def _put(data: Bytes, at: int, value: int, size: int) -> int:
    for place in range(size):
        data[at + place] = (value >> (8 * place)) & 255
    return at + size
