"""Google's ndjson of drawings, one JSON object a line, read in blocks by a compiled splitter, and written."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson
from numba import njit
from numpy.typing import NDArray

from features.bad_rows import BadRows
from features.drawings import Drawings
from features.formats.blocks import count_lines, line_blocks
from features.formats.fields import FIELDS, FieldReader, Rows
from features.formats.kaggle_csv import text_rows
from features.formats.reasons import Reason
from features.formats.sources import Source
from ground.errors import BadData
from ground.files import whole_file

KEYS = ("word", "countrycode", "timestamp", "recognized", "key_id", "drawing")  # Google's, in its order
QUOTE, BACKSLASH, COLON, COMMA, NEWLINE = 34, 92, 58, 44, 10
OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST = 123, 125, 91, 93
WRONG = -1
NAMES = np.frombuffer("".join(FIELDS).encode(), np.uint8)
NAME_STARTS = np.cumsum([0] + [len(name) for name in FIELDS])
Text = NDArray[np.uint8]
Places = NDArray[np.int64]


def read(
    source: Source, bad_rows: BadRows, classes: Sequence[str] | None = None, keep_unreadable: bool = False
) -> Iterator[Drawings]:
    """The drawings of one file, some 20,000 at a time; without `classes` the key word is not looked at.

    Keys may stand in any order and others beside them; countrycode, recognized and timestamp may be absent.
    Raises `BadData` at an empty file.
    """
    form = {"raw": True, "simplified": False, "unknown": None}[source.form]
    reader = FieldReader(source.name, bad_rows, classes, form, keep_unreadable)
    required = ("key_id", "drawing") if classes is None else ("key_id", "drawing", "word")
    for rows in read_rows(source, required):
        yield reader.drawings(rows)


def read_rows(source: Source, required: Sequence[str]) -> Iterator[Rows]:
    """The rows of one file, block after block, split into values; raises `BadData` at an empty file."""
    needed = np.array([name in required for name in FIELDS])
    with source.open() as stream:
        line = 1
        for block in line_blocks(stream, source.name):
            begin, end, row_begin, row_end, lines, reason = _split(block, needed)
            yield Rows(block, begin, end, row_begin, row_end, lines + line, reason)
            line += int(np.count_nonzero(block == NEWLINE))
        if line == 1:
            raise BadData(f"Expected a JSON object a line in {source.name}, received an empty file.")


def write(path: Path, drawings: Drawings, classes: Sequence[str] | None = None) -> None:
    """Write drawings as Google does; those with time get it as a third list a stroke, which `read` takes up again."""
    with whole_file(path) as temporary, temporary.open("wb") as out:
        for word, country, timestamp, recognized, key_id, strokes in text_rows(drawings, classes, KEYS):
            values = {
                "word": word,
                "countrycode": country,
                "timestamp": f"{timestamp} UTC" if timestamp else None,
                "recognized": {"True": True, "False": False}.get(str(recognized)),
                "key_id": str(key_id),
                "drawing": orjson.Fragment(str(strokes)),
            }
            out.write(orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE))


@njit(nogil=True, cache=True)
def _split(text: Text, needed: NDArray[np.bool_]) -> tuple[Places, Places, Places, Places, Places, Text]:
    """Where the values of every line stand: begin, end (R, 6), row_begin, row_end, line from 0, reason (R,)."""
    count, most = count_lines(text)
    begin, end = np.zeros((most, len(needed)), np.int64), np.zeros((most, len(needed)), np.int64)
    row_begin, row_end, lines = np.zeros(most, np.int64), np.zeros(most, np.int64), np.zeros(most, np.int64)
    reason = np.zeros(most, np.uint8)
    row, at = 0, 0
    for line in range(count):
        stop = at
        while text[stop] != NEWLINE:
            stop += 1
        if _skip(text, at, stop) < stop:
            row_begin[row], row_end[row], lines[row] = at, stop, line
            reason[row] = _split_object(text, at, stop, begin[row], end[row], needed)
            row += 1
        at = stop + 1
    return begin[:row], end[:row], row_begin[:row], row_end[:row], lines[:row], reason[:row]


@njit(nogil=True, cache=True)
def _split_object(text: Text, at: int, stop: int, begin: Places, end: Places, needed: NDArray[np.bool_]) -> int:
    at = _skip(text, at, stop)
    if text[at] != OPEN_OBJECT:
        return Reason.RECORD
    while True:
        name = _skip(text, at + 1, stop)
        name_end = _string_end(text, name, stop)
        if name_end == WRONG:
            return Reason.RECORD
        at = _skip(text, name_end + 1, stop)
        if at >= stop or text[at] != COLON:
            return Reason.RECORD
        first = _skip(text, at + 1, stop)
        last = _value_end(text, first, stop)
        if last == WRONG:
            return Reason.RECORD
        field = _field(text, name + 1, name_end)
        if field != WRONG:
            quoted = text[first] == QUOTE
            empty = text[first] == 110  # n of null: as good as an absent value
            begin[field], end[field] = first + quoted, first if empty else last - quoted
        at = _skip(text, last, stop)
        if at < stop and text[at] == CLOSE_OBJECT and _skip(text, at + 1, stop) == stop:
            break
        if at >= stop or text[at] != COMMA:
            return Reason.RECORD
    for field in range(len(needed)):
        if needed[field] and begin[field] == end[field]:
            return Reason.MISSING
    return Reason.GOOD


@njit(nogil=True, cache=True)
def _skip(text: Text, at: int, stop: int) -> int:
    while at < stop and (text[at] == 32 or text[at] == 9 or text[at] == 13):
        at += 1
    return at


@njit(nogil=True, cache=True)
def _string_end(text: Text, at: int, stop: int) -> int:
    """The place of the quote that closes the string which opens at `at`."""
    if at >= stop or text[at] != QUOTE:
        return WRONG
    at += 1
    while at < stop and text[at] != QUOTE:
        at += 2 if text[at] == BACKSLASH else 1
    return at if at < stop else WRONG


@njit(nogil=True, cache=True)
def _value_end(text: Text, at: int, stop: int) -> int:
    """The place after the value that begins at `at`: a string, a list or object with all in it, or a bare word."""
    if at >= stop:
        return WRONG
    if text[at] == QUOTE:
        close = _string_end(text, at, stop)
        return WRONG if close == WRONG else close + 1
    first, depth = at, 0
    while at < stop:
        sign = text[np.uint64(at)]
        if sign == QUOTE:
            at = _string_end(text, at, stop)
            if at == WRONG:
                return WRONG
        elif sign in (OPEN_LIST, OPEN_OBJECT):
            depth += 1
        elif sign in (CLOSE_LIST, CLOSE_OBJECT):
            if depth == 0:
                break
            depth -= 1
            if depth == 0:
                return at + 1
        elif sign == COMMA and depth == 0:
            break
        at += 1
    while at > first and text[at - 1] <= 32:
        at -= 1
    return at if at > first and depth == 0 else WRONG


@njit(nogil=True, cache=True)
def _field(text: Text, begin: int, end: int) -> int:
    """The place in `FIELDS` of a key, `WRONG` for one that is not read."""
    for field in range(len(NAME_STARTS) - 1):
        name = NAMES[NAME_STARTS[field] : NAME_STARTS[field + 1]]
        if np.array_equal(text[begin:end], name):
            return field
    return WRONG
