"""From the places of the values in a text to `Drawings`: what Kaggle's CSV and Google's ndjson share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.bad_rows import SHOWN, BadRows
from features.classes import is_name
from features.drawings import UNKNOWN_LABEL, UNKNOWN_TIME, Drawings
from features.formats.reasons import TEXT, Reason
from features.formats.reduction import ReducedStrokes, reduce_raw
from features.formats.strokes_json import ParsedStrokes, parse_strokes
from features.formats.timestamps import UNKNOWN_TIMESTAMP, parse_timestamp
from features.formats.word_list import differs_from_last, label_of, packed

FIELDS = ("key_id", "drawing", "countrycode", "recognized", "timestamp", "word")
KEY_ID, DRAWING, COUNTRY, RECOGNIZED, TIMESTAMP, WORD = range(len(FIELDS))
ZERO, FIRST_PLAIN, LAST_PLAIN = 48, 33, 126
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Rows:
    """R rows of a text: where each value of `FIELDS` stands (an absent one begins where it ends)."""

    text: NDArray[np.uint8]
    begin: NDArray[np.int64]  # (R, 6)
    end: NDArray[np.int64]  # (R, 6)
    row_begin: NDArray[np.int64]  # (R,)
    row_end: NDArray[np.int64]  # (R,)
    line: NDArray[np.int64]  # (R,) counting from 1
    reason: NDArray[np.uint8]  # (R,) of `Reason`

    def words(self) -> list[str]:
        """The words of the good rows in their order, runs of one word once; what cannot be a word is none."""
        good = np.flatnonzero(self.reason == Reason.GOOD)
        begin, end = self.begin[good, WORD], self.end[good, WORD]
        new = differs_from_last(self.text, begin, end)
        found = [_decoded(self.text[first:last]) for first, last in zip(begin[new], end[new], strict=True)]
        return [word for word in found if is_name(word)]


class FieldReader:
    """Turns the rows of one file, block after block, into drawings.

    `raw` is None where the file's name does not say; the first good drawing then decides by its third list.
    With `keep_unreadable`, a row whose key_id is known and whose drawing is not becomes an empty drawing (and is
    still counted as bad): a test row needs an answer.
    """

    def __init__(
        self, name: str, bad_rows: BadRows, classes: Sequence[str] | None, raw: bool | None, keep_unreadable: bool
    ) -> None:
        self.name, self.bad_rows, self.raw, self.keep_unreadable = name, bad_rows, raw, keep_unreadable
        places = {name: place for place, name in enumerate(classes or ())}
        self.names, self.name_starts = packed(sorted(places))  # in order, so that a word is found by halving
        self.labels = np.array([places[name] for name in sorted(places)] + [UNKNOWN_LABEL], np.int16)
        self.with_words = classes is not None

    def drawings(self, rows: Rows) -> Drawings:
        """The good rows as drawings; the bad ones go to `bad_rows`."""
        columns = _columns(rows.text, rows.begin, rows.end, rows.reason, self.names, self.name_starts, self.with_words)
        unreadable = columns[0] != Reason.GOOD
        kept = np.flatnonzero(~unreadable)
        if self.raw is None:
            self.raw = self._looks_raw(rows, kept)
        strokes = self._strokes(rows, kept)
        reason = columns[0]
        reason[kept] = strokes.reason
        self._set_aside(rows, reason)
        place = np.arange(len(kept)) if self.keep_unreadable else np.flatnonzero(strokes.reason == Reason.GOOD)
        row = kept[place]
        return Drawings(
            points=strokes.points,
            time=strokes.time,
            stroke_starts=strokes.stroke_starts,
            drawing_starts=strokes.drawing_starts[np.append(place, len(kept))],
            key_id=columns[1][row],
            label=self.labels[columns[2][row]],
            country=columns[3][row].view("S2")[:, 0],
            recognized=columns[4][row],
            timestamp=columns[5][row].view("datetime64[us]"),
        )

    def _looks_raw(self, rows: Rows, kept: NDArray[np.int64]) -> bool | None:
        for row in kept:
            one = slice(row, row + 1)
            parsed = parse_strokes(rows.text, rows.begin[one, DRAWING], rows.end[one, DRAWING], True)
            if parsed.reason[0] == Reason.GOOD and len(parsed.x):
                return bool(parsed.timed[0])
        return None

    def _strokes(self, rows: Rows, kept: NDArray[np.int64]) -> ReducedStrokes:
        parsed = parse_strokes(rows.text, rows.begin[kept, DRAWING], rows.end[kept, DRAWING], bool(self.raw))
        if not self.raw:
            return _simplified(parsed)
        reduced: ReducedStrokes = reduce_raw(*parsed[:6])
        return reduced._replace(reason=np.maximum(parsed.reason, reduced.reason))

    def _set_aside(self, rows: Rows, reason: NDArray[np.uint8]) -> None:
        self.bad_rows.saw(len(reason))
        end = np.minimum(rows.row_end, rows.row_begin + 4 * SHOWN)  # a sign takes four bytes at the most
        found = (
            (int(rows.line[row]), TEXT[Reason(reason[row])], _decoded(rows.text[rows.row_begin[row] : end[row]]))
            for row in np.flatnonzero(reason)
        )
        self.bad_rows.add(self.name, found)


def _simplified(parsed: ParsedStrokes) -> ReducedStrokes:
    points = np.empty((len(parsed.x), 2), np.uint8)
    points[:, 0], points[:, 1] = parsed.x, parsed.y
    starts = parsed.stroke_starts[parsed.drawing_starts]
    if parsed.timed.any():
        timed = np.repeat(parsed.timed, np.diff(starts))
        time = np.full(len(points), UNKNOWN_TIME, np.int32)
        time[timed] = np.rint(parsed.time[timed])
    else:
        time = np.full(len(points), UNKNOWN_TIME, np.int32)
    return ReducedStrokes(points, time, parsed.stroke_starts, parsed.drawing_starts, parsed.reason)


def _decoded(text: NDArray[np.uint8]) -> str:
    return text.tobytes().decode("utf-8", "replace")


@njit(nogil=True, cache=True)
def _columns(
    text: NDArray[np.uint8],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    known_reason: NDArray[np.uint8],
    names: NDArray[np.uint8],
    name_starts: NDArray[np.int64],
    with_words: bool,
) -> tuple[
    NDArray[np.uint8], NDArray[np.int64], NDArray[np.int16], NDArray[np.uint8], NDArray[np.int8], NDArray[np.int64]
]:
    """Reason, key_id, label, country (R, 2), recognized and timestamp of every row, all but the drawing."""
    rows = len(begin)
    reason, key_id, label = known_reason.copy(), np.zeros(rows, np.int64), np.full(rows, UNKNOWN_LABEL, np.int16)
    country, recognized = np.zeros((rows, 2), np.uint8), np.zeros(rows, np.int8)
    timestamp = np.full(rows, UNKNOWN_TIMESTAMP, np.int64)
    last_label = 0
    for row in range(rows):
        if reason[row] != Reason.GOOD:
            continue
        first, last = begin[row], end[row]
        key_id[row] = _whole_number(text, first[KEY_ID], last[KEY_ID])
        recognized[row] = _truth(text, first[RECOGNIZED], last[RECOGNIZED])
        timestamp[row], dated = parse_timestamp(text, first[TIMESTAMP], last[TIMESTAMP])
        if key_id[row] < 0:
            reason[row] = Reason.KEY_ID
        elif not _country(text, first[COUNTRY], last[COUNTRY], country[row]):
            reason[row] = Reason.COUNTRY
        elif recognized[row] < -1:
            reason[row] = Reason.RECOGNIZED
        elif not dated:
            reason[row] = Reason.TIMESTAMP
        elif with_words:
            last_label = label_of(text, first[WORD], last[WORD], names, name_starts, last_label)
            label[row] = last_label
            if last_label < 0:
                reason[row], last_label = Reason.WORD, 0
    return reason, key_id, label, country, recognized, timestamp


@njit(nogil=True, cache=True)
def _whole_number(text: NDArray[np.uint8], begin: int, end: int) -> int:
    """The number, or -1 where there is none from 0 to 2^63 - 1."""
    value = 0
    if begin == end:
        return -1
    for at in range(begin, end):
        digit = int(np.int64(text[at])) - ZERO
        if not 0 <= digit <= 9 or value > (LARGEST_KEY - digit) // 10:
            return -1
        value = value * 10 + digit
    return value


@njit(nogil=True, cache=True)
def _country(text: NDArray[np.uint8], begin: int, end: int, country: NDArray[np.uint8]) -> bool:
    if end - begin > 2:
        return False
    for place in range(end - begin):
        country[place] = text[begin + place]
        if not FIRST_PLAIN <= country[place] <= LAST_PLAIN:
            return False
    return True


@njit(nogil=True, cache=True)
def _truth(text: NDArray[np.uint8], begin: int, end: int) -> int:
    """1 true, 0 false, -1 empty, -2 anything else; capitals and small letters alike."""
    if begin == end:
        return -1
    if _is_word(text, begin, end, b"true"):
        return 1
    return 0 if _is_word(text, begin, end, b"false") else -2


@njit(nogil=True, cache=True)
def _is_word(text: NDArray[np.uint8], begin: int, end: int, word: bytes) -> bool:
    if end - begin != len(word):
        return False
    same = True
    for place in range(len(word)):
        same = same and text[begin + place] | 32 == word[place]  # bit 32 makes a letter small
    return same
