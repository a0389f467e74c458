"""What must hold of all that is read; the text formats are read once more, slowly, by the standard library."""

import csv
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.drawings import UNKNOWN_LABEL, UNKNOWN_RECOGNIZED, UNKNOWN_TIME, Drawings

Row = dict[str, Any]
COLUMNS = {
    "points": "uint8",
    "time": "int32",
    "stroke_starts": "int64",
    "drawing_starts": "int64",
    "key_id": "int64",
    "label": "int16",
    "country": "S2",
    "recognized": "int8",
    "timestamp": "datetime64[us]",
}
LETTERS = set(range(33, 127))
TRUTH = {"true": 1, "false": 0, "": UNKNOWN_RECOGNIZED}


def check_drawings(drawings: Drawings, classes: int | None) -> None:
    """Raises AssertionError where these are no drawings of that many classes (0: unknown, None: any)."""
    assert {name: str(getattr(drawings, name).dtype).replace("|", "") for name in COLUMNS} == COLUMNS
    assert {len(getattr(drawings, name)) for name in ("label", "country", "recognized", "timestamp")} == {len(drawings)}
    assert drawings.points.shape == (len(drawings.time), 2)
    _check_starts(drawings.drawing_starts, len(drawings), len(drawings.stroke_starts) - 1, shortest=0)
    _check_starts(drawings.stroke_starts, len(drawings.stroke_starts) - 1, len(drawings.points), shortest=1)
    assert (drawings.key_id >= 0).all(), "negative key_id"
    if classes is not None:
        lowest, highest = (0, classes - 1) if classes else (UNKNOWN_LABEL, UNKNOWN_LABEL)
        assert ((drawings.label >= lowest) & (drawings.label <= highest)).all(), "a label that is no class"
    assert ((drawings.recognized >= UNKNOWN_RECOGNIZED) & (drawings.recognized <= 1)).all()
    assert all(set(country) <= LETTERS for country in drawings.country.tolist()), "a country of no letters"
    timed = np.repeat(drawings.has_time, np.diff(drawings.point_starts))
    assert (drawings.time[timed] >= 0).all(), "a negative time"
    assert (drawings.time[~timed] == UNKNOWN_TIME).all(), "times in part of a drawing"


def check_probabilities(probabilities: NDArray[np.float32], rows: int, classes: int) -> None:
    """Raises AssertionError where these are no (rows, classes) probabilities."""
    assert probabilities.shape == (rows, classes)
    assert probabilities.dtype == np.float32
    assert (probabilities >= 0).all(), "negative or NaN"
    assert (np.abs(probabilities.sum(axis=1) - 1) <= 0.01).all(), "a row is not of sum 1"


def digest(*arrays: NDArray[Any]) -> bytes:
    """The same for the same arrays."""
    return sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).digest()


def check_rows(drawings: Drawings, rows: list[Row], classes: tuple[str, ...], raw: bool) -> None:
    """Raises AssertionError where a drawing is not what its row says; `rows` are those that were accepted.

    A row that the standard library cannot read is empty and not compared: the readers check what they take, not all
    of JSON.
    """
    assert len(rows) == len(drawings), f"{len(drawings)} drawings from {len(rows)} rows"
    for place, row in enumerate(rows):
        if row:
            _check_row(drawings, place, row, classes[drawings.label[place]])
            _check_strokes(drawings, place, json.loads(row["drawing"]), raw)


def csv_rows(text: bytes) -> Iterator[tuple[int, Row]]:
    """The rows that are not empty, with their line from 1."""
    lines = text.split(b"\n")
    header = [name.strip() for name in _values(lines[0].removeprefix(b"\xef\xbb\xbf"))]
    for number, line in enumerate(lines[1:], start=2):
        if line not in (b"", b"\r"):
            values = _values(line)
            yield number, dict(zip(header, values, strict=True)) if len(values) == len(header) else {}


def ndjson_rows(text: bytes) -> Iterator[tuple[int, Row]]:
    """The same of ndjson; values become text, as in a CSV."""
    for number, line in enumerate(text.split(b"\n"), start=1):
        if line.strip(b" \t\r"):
            yield number, _object(line)


def _check_starts(starts: NDArray[np.int64], count: int, last: int, shortest: int) -> None:
    assert len(starts) == count + 1
    assert (starts[0], starts[-1]) == (0, last)
    assert (np.diff(starts) >= shortest).all()


def _check_row(drawings: Drawings, place: int, row: Row, word: str) -> None:
    assert drawings.key_id[place] == int(row["key_id"])
    assert drawings.country[place].decode() == row.get("countrycode", "")
    assert drawings.recognized[place] == TRUTH[row.get("recognized", "").lower()]
    assert word == row["word"].replace("_", " ")
    stamp = row.get("timestamp", "")
    second = np.datetime64(f"{stamp[:10]}T{stamp[11:19]}" if stamp else "NaT", "s")
    assert np.array_equal(drawings.timestamp[place].astype("datetime64[s]"), second, equal_nan=True)


def _check_strokes(drawings: Drawings, place: int, wanted: list[Any], raw: bool) -> None:
    strokes = drawings.strokes(place)
    assert len(strokes) == len(wanted)
    if raw:
        return  # their points are fewer and scaled
    start = drawings.point_starts[place]
    for stroke, (x, y, *time) in zip(strokes, wanted, strict=True):
        assert stroke.tolist() == [list(point) for point in zip(x, y, strict=True)]
        held = drawings.time[start : start + len(stroke)]
        assert np.allclose(held, time[0], atol=0.5) if time else (held == UNKNOWN_TIME).all()
        start += len(stroke)


def _values(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.removesuffix(b"\r").decode()], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return []


def _object(line: bytes) -> Row:
    try:
        content = json.loads(line.decode())
    except (UnicodeDecodeError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or b"\\" in line:  # escapes are taken as they stand: no real word has any
        return {}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in content.items()}
    return {name: text for name, text in texts.items() if content[name] is not None}
