"""Taking drawings out of mapped Arrow buffers, in compiled code and without a copy more than needed.

The buffers of every record batch are known by their addresses, a row of `COLUMNS` numbers a batch, so that a batch
of drawings from a hundred files is one call. Offsets are checked before anything behind them is read.
"""

from typing import Any

import numpy as np
from numba import carray, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from features.drawings import UNKNOWN_RECOGNIZED, UNKNOWN_TIME
from features.formats.timestamps import UNKNOWN_TIMESTAMP

(
    KEY_ID,
    LABEL,
    COUNTRY_VALID,
    COUNTRY_STARTS,
    COUNTRY,
    RECOGNIZED_VALID,
    RECOGNIZED,
    TIMESTAMP_VALID,
    TIMESTAMP,
    LENGTH_STARTS,
    LENGTHS,
    POINT_STARTS,
    POINTS,
    TIME_VALID,
    TIME_STARTS,
    TIMES,
    LETTERS_HELD,
    LENGTHS_HELD,
    POINTS_HELD,
    TIMES_HELD,
    COLUMNS,
) = range(21)
WHOLE = -1
FIRST_PLAIN, LAST_PLAIN = 33, 126  # letters and signs
Places = NDArray[np.int64]


@intrinsic
def _pointer(typing_context: Any, address: Any) -> Any:
    """An address as a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.int64), generate


@njit(nogil=True, cache=True)
def count_rows(
    addresses: NDArray[np.int64], batch: Places, inside: Places, lowest_label: int, highest_label: int
) -> tuple[Places, Places, int]:
    """Where each taken drawing's strokes and points start (N + 1,), and the first damaged one, `WHOLE` without.

    Drawing n is row `inside[n]` of batch `batch[n]`. Damaged is what no drawing can be, told before it is used.
    """
    rows = len(batch)
    drawing_starts, point_starts = np.zeros(rows + 1, np.int64), np.zeros(rows + 1, np.int64)
    for n in range(rows):
        table, row = addresses[batch[n]], inside[n]
        first, strokes = _span(table[LENGTH_STARTS], row, table[LENGTHS_HELD])
        _, points = _span(table[POINT_STARTS], row, table[POINTS_HELD])
        first_time, times = _span(table[TIME_STARTS], row, table[TIMES_HELD])
        first_letter, letters = _span(table[COUNTRY_STARTS], row, table[LETTERS_HELD])
        timed = _bit(table[TIME_VALID], row)
        if strokes < 0 or points < 0 or not 0 <= letters <= 2 or times < 0 or times != points * timed:
            return drawing_starts, point_starts, n
        lengths = carray(_pointer(table[LENGTHS]), (table[LENGTHS_HELD],), np.uint16)
        total, shortest = 0, 1
        for stroke in range(first, first + strokes):
            total += lengths[stroke]
            shortest = min(shortest, lengths[stroke])
        key_id = carray(_pointer(table[KEY_ID]), (row + 1,), np.int64)[row]
        label = carray(_pointer(table[LABEL]), (row + 1,), np.int16)[row]
        sound = total == points and shortest > 0 and key_id >= 0 and lowest_label <= label <= highest_label
        if not sound or not _known_times(table, first_time, times) or not _plain(table, first_letter, letters):
            return drawing_starts, point_starts, n
        drawing_starts[n + 1] = drawing_starts[n] + strokes
        point_starts[n + 1] = point_starts[n] + points
    return drawing_starts, point_starts, WHOLE


@njit(nogil=True, cache=True)
def _known_times(table: NDArray[np.int64], first: int, count: int) -> bool:
    times = carray(_pointer(table[TIMES]), (first + count,), np.int32)
    for place in range(first, first + count):  # noqa: SIM110, numba compiles no all()
        if times[place] < 0:
            return False
    return True


@njit(nogil=True, cache=True)
def _plain(table: NDArray[np.int64], first: int, count: int) -> bool:
    letters = carray(_pointer(table[COUNTRY]), (first + count,), np.uint8)
    for place in range(first, first + count):  # noqa: SIM110, numba compiles no all()
        if not FIRST_PLAIN <= letters[place] <= LAST_PLAIN:
            return False
    return True


@njit(nogil=True, cache=True)
def gather_rows(
    addresses: NDArray[np.int64], batch: Places, inside: Places, drawing_starts: Places, point_starts: Places
) -> tuple[
    NDArray[np.uint8],
    NDArray[np.int32],
    Places,
    NDArray[np.int64],
    NDArray[np.int16],
    NDArray[np.uint8],
    NDArray[np.int8],
    NDArray[np.int64],
]:
    """Points, time, stroke_starts, key_id, label, country (N, 2), recognized and timestamp of the counted rows."""
    rows = len(batch)
    points, times = np.empty((point_starts[-1], 2), np.uint8), np.empty(point_starts[-1], np.int32)
    stroke_starts, key_id = np.zeros(drawing_starts[-1] + 1, np.int64), np.empty(rows, np.int64)
    label, recognized = np.empty(rows, np.int16), np.empty(rows, np.int8)
    country, timestamp = np.zeros((rows, 2), np.uint8), np.empty(rows, np.int64)
    for n in range(rows):
        table, row = addresses[batch[n]], inside[n]
        key_id[n] = carray(_pointer(table[KEY_ID]), (row + 1,), np.int64)[row]
        label[n] = carray(_pointer(table[LABEL]), (row + 1,), np.int16)[row]
        recognized[n], timestamp[n] = UNKNOWN_RECOGNIZED, UNKNOWN_TIMESTAMP
        if _bit(table[RECOGNIZED_VALID], row):
            recognized[n] = _bit(table[RECOGNIZED], row)
        if _bit(table[TIMESTAMP_VALID], row):
            timestamp[n] = carray(_pointer(table[TIMESTAMP]), (row + 1,), np.int64)[row]
        if _bit(table[COUNTRY_VALID], row):
            _copy(table[COUNTRY], _span(table[COUNTRY_STARTS], row, table[LETTERS_HELD]), country[n])
        _add_lengths(table, row, stroke_starts[drawing_starts[n] : drawing_starts[n + 1] + 1])
        held = slice(point_starts[n], point_starts[n + 1])
        _copy_points(table, row, points[held])
        _copy_times(table, row, times[held])
    return points, times, stroke_starts, key_id, label, country, recognized, timestamp


@njit(nogil=True, cache=True)
def _span(address: int, row: int, held: int) -> tuple[int, int]:
    """Where a row's list starts and how long it is; -1 long where it lies outside what is held."""
    offsets = carray(_pointer(address), (row + 2,), np.int32)
    first, last = int(offsets[row]), int(offsets[row + 1])
    return first, (last - first if 0 <= first <= last <= held else -1)


@njit(nogil=True, cache=True)
def _bit(address: int, row: int) -> bool:
    """A bit of a bitmap; a bitmap that is absent is all ones."""
    if address == 0:
        return True
    return bool(carray(_pointer(address), (row // 8 + 1,), np.uint8)[row // 8] >> (row % 8) & 1)


@njit(nogil=True, cache=True)
def _copy(address: int, span: tuple[int, int], out: NDArray[np.uint8]) -> None:
    values = carray(_pointer(address), (span[0] + span[1],), np.uint8)
    for place in range(span[1]):
        out[place] = values[span[0] + place]


@njit(nogil=True, cache=True)
def _add_lengths(table: NDArray[np.int64], row: int, starts: Places) -> None:
    first, count = _span(table[LENGTH_STARTS], row, table[LENGTHS_HELD])
    lengths = carray(_pointer(table[LENGTHS]), (first + count,), np.uint16)
    for stroke in range(count):
        starts[stroke + 1] = starts[stroke] + lengths[first + stroke]


@njit(nogil=True, cache=True)
def _copy_points(table: NDArray[np.int64], row: int, out: NDArray[np.uint8]) -> None:
    first, count = _span(table[POINT_STARTS], row, table[POINTS_HELD])
    pairs = carray(_pointer(table[POINTS]), (first + count, 2), np.uint8)
    for place in range(count):
        out[place, 0], out[place, 1] = pairs[first + place, 0], pairs[first + place, 1]


@njit(nogil=True, cache=True)
def _copy_times(table: NDArray[np.int64], row: int, out: NDArray[np.int32]) -> None:
    if not _bit(table[TIME_VALID], row):
        out[:] = UNKNOWN_TIME
        return
    first, count = _span(table[TIME_STARTS], row, table[TIMES_HELD])
    times = carray(_pointer(table[TIMES]), (first + count,), np.int32)
    for place in range(count):
        out[place] = times[first + place]
