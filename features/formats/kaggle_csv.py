"""Kaggle's CSV of drawings, read in blocks by a compiled splitter, and written."""

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.bad_rows import BadRows
from features.drawings import Drawings
from features.formats.blocks import count_lines, line_blocks
from features.formats.fields import FIELDS, FieldReader, Rows
from features.formats.reasons import Reason
from features.formats.sources import Source
from features.formats.strokes_writing import strokes_json
from ground.errors import BadData
from ground.files import whole_file

COLUMNS = ("countrycode", "drawing", "key_id", "recognized", "timestamp", "word")  # Kaggle's, in its order
QUOTE, COMMA, NEWLINE, RETURN = 34, 44, 10, 13
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
RECOGNIZED = ("False", "True", "")  # by value 0, 1, -1
Text = NDArray[np.uint8]


def read(
    source: Source, bad_rows: BadRows, classes: Sequence[str] | None = None, keep_unreadable: bool = False
) -> Iterator[Drawings]:
    """The drawings of one file, some 20,000 at a time; without `classes` the column word is not looked at.

    Columns may stand in any order and others beside them; countrycode, recognized and timestamp may be absent.
    A value may be quoted but not run over a line's end. Raises `BadData` at an empty file or a missing column.
    """
    form = {"raw": True, "simplified": False, "unknown": None}[source.form]
    reader = FieldReader(source.name, bad_rows, classes, form, keep_unreadable)
    required = ("key_id", "drawing") if classes is None else ("key_id", "drawing", "word")
    for rows in read_rows(source, required):
        yield reader.drawings(rows)


def read_rows(source: Source, required: Sequence[str]) -> Iterator[Rows]:
    """The rows of one file, block after block, split into values; raises `BadData` when it is no such CSV."""
    with source.open() as stream:
        line, fields, columns = 2, np.empty(0, np.int64), 0
        for block in line_blocks(stream, source.name):
            if not columns:
                names, after = _header(block, source.name, required)
                fields, columns = np.array([_field(name) for name in names]), len(names)
                block = block[after:]
            begin, end, row_begin, row_end, lines, reason = _split(block, fields, len(FIELDS))
            yield Rows(block, begin, end, row_begin, row_end, lines + line, reason)
            line += int(np.count_nonzero(block == NEWLINE))
        if not columns:
            raise BadData(f"Expected a CSV with the columns {', '.join(required)} in {source.name}, received nothing.")


def write(
    path: Path, drawings: Drawings, classes: Sequence[str] | None = None, columns: Sequence[str] = COLUMNS
) -> None:
    """Write drawings as Kaggle does, gzipped when `path` ends with .gz; raises KeyError at an unknown column.

    Drawings with time get it as a third list a stroke, which `read` takes up again. Beside Kaggle's `columns`
    there are `y` (place in the class list) and `cv`. Without `classes`, words are empty.
    """
    with whole_file(path) as temporary, _text(temporary) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(text_rows(drawings, classes, columns))


def text_rows(
    drawings: Drawings, classes: Sequence[str] | None, columns: Sequence[str], with_time: bool = True
) -> Iterable[tuple[object, ...]]:
    """The values of `write`, a tuple a drawing; without `with_time` every stroke has two lists."""
    names = np.array([*(classes or ()), ""], dtype=object)
    labels = drawings.label if classes else np.full(len(drawings), -1)
    values: dict[str, Callable[[], Iterable[object]]] = {
        "countrycode": lambda: drawings.country.astype(str).tolist(),
        "drawing": lambda: strokes_json(drawings, with_time),
        "key_id": drawings.key_id.tolist,
        "recognized": lambda: [RECOGNIZED[value] for value in drawings.recognized],
        "timestamp": lambda: timestamps(drawings),
        "word": lambda: names[labels].tolist(),
        "y": drawings.label.tolist,
        "cv": drawings.cv.tolist,
    }
    return zip(*(values[name]() for name in columns), strict=True)


def timestamps(drawings: Drawings) -> list[str]:
    """(N) dates and times as `2017-03-05 17:55:05.167340`, empty where unknown."""
    known = ~np.isnat(drawings.timestamp)
    texts: list[str] = np.where(known, np.datetime_as_string(drawings.timestamp), "").tolist()
    return [text.replace("T", " ") for text in texts]


def _text(path: Path) -> io.TextIOWrapper:
    binary = gzip.GzipFile(path, "wb", mtime=0) if path.suffix == ".gz" else path.open("wb")  # equal in, equal out
    return io.TextIOWrapper(binary, encoding="utf-8", newline="")  # type: ignore[arg-type]


def _field(name: str) -> int:
    """The place of a column in `FIELDS`, -1 for one that is not read."""
    return FIELDS.index(name) if name in FIELDS else -1


def _header(block: Text, name: str, required: Sequence[str]) -> tuple[list[str], int]:
    """The column names and where the rows begin."""
    after = int(np.argmax(block == NEWLINE)) + 1
    line = block[:after].tobytes().removeprefix(BYTE_ORDER_MARK)
    try:
        names = [value.strip() for value in next(csv.reader([line.decode("utf-8")]), [])]
    except (UnicodeDecodeError, csv.Error):
        names = []
    missing = [column for column in required if column not in names]
    if missing or len(set(names)) != len(names):
        wrong = f"without {', '.join(missing)}" if missing else "with a column twice"
        raise BadData(
            f"Expected a CSV with the columns {', '.join(required)} in {name}, "
            f"received a first line {wrong}: {line[:80]!r}. Name the columns there, or take the file away."
        )
    return names, after


@njit(nogil=True, cache=True)
def _split(
    text: Text, fields: NDArray[np.int64], kept: int
) -> tuple[
    NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]
]:
    """Where the values of every row stand: begin, end (R, kept), row_begin, row_end, line from 0, reason (R,).

    Column c of a row is value `fields[c]`. Empty lines are no rows.
    """
    count, most = count_lines(text)
    begin, end = np.zeros((most, kept), np.int64), np.zeros((most, kept), np.int64)
    row_begin, row_end, lines = np.zeros(most, np.int64), np.zeros(most, np.int64), np.zeros(most, np.int64)
    reason = np.zeros(most, np.uint8)
    row, at = 0, 0
    for line in range(count):
        if text[at] == NEWLINE:
            at += 1
            continue
        row_begin[row] = at
        reason[row], at = _split_line(text, at, fields, begin[row], end[row])
        row_end[row], lines[row] = at, line
        empty = at - row_begin[row] == 1 and text[at - 1] == RETURN
        row += not empty
        at += 1
    return begin[:row], end[:row], row_begin[:row], row_end[:row], lines[:row], reason[:row]


@njit(nogil=True, cache=True)
def _split_line(
    text: Text, at: int, fields: NDArray[np.int64], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[int, int]:
    """The reason and the place of the newline."""
    column, reason = 0, Reason.GOOD.value
    while True:
        quoted = text[np.uint64(at)] == QUOTE
        at += quoted
        first = at
        if quoted:
            at = _quote_end(text, at)
            last = at
            at += text[np.uint64(at)] == QUOTE
            after = text[np.uint64(at)]
            if last == at or after not in (COMMA, NEWLINE, RETURN):
                reason = Reason.QUOTE
        while text[np.uint64(at)] != COMMA and text[np.uint64(at)] != NEWLINE:
            at += 1
        if not quoted:
            last = at - (at > first and text[at] == NEWLINE and text[at - 1] == RETURN)
        if column < len(fields) and fields[column] >= 0:
            begin[fields[column]], end[fields[column]] = first, last
        column += 1
        if text[np.uint64(at)] == NEWLINE:
            break
        at += 1
    if reason == Reason.GOOD and column != len(fields):
        reason = Reason.COLUMNS
    return reason, at


@njit(nogil=True, cache=True)
def _quote_end(text: Text, at: int) -> int:
    """The place of the quote that closes a value, or of the newline before it; a doubled quote is part of it."""
    while text[np.uint64(at)] != NEWLINE:
        if text[np.uint64(at)] == QUOTE:
            if text[np.uint64(at + 1)] != QUOTE:
                return at
            at += 1
        at += 1
    return at
