"""Files built by hypothesis: right in form, and holding whatever a field can be made to hold."""

import json
import struct
from typing import Any

from hypothesis import strategies as st

from tests.faults.fuzz.mutations import TEXT_NUMBERS
from tests.faults.fuzz.reader import Files
from tests.faults.fuzz.seeds import CLASSES

Strategy = st.SearchStrategy[Any]

LETTERS = st.text(max_size=6)
NUMBERS = st.sampled_from(TEXT_NUMBERS)
POINTS = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=4)
AXIS = st.lists(st.integers(0, 255) | st.integers(-10, 300) | st.floats() | st.integers(), max_size=4)
STROKE = st.one_of(
    POINTS.map(lambda points: [list(axis) for axis in zip(*points, strict=True)]),
    st.lists(AXIS, min_size=2, max_size=3),
    st.lists(AXIS, max_size=4),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | LETTERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LETTERS, inner, max_size=4),
    max_leaves=12,
)
STROKES = st.lists(STROKE, max_size=4)
FIELDS: dict[str, Strategy] = {
    "key_id": st.one_of(st.integers(0, 2**63 - 1).map(str), NUMBERS, LETTERS),
    "drawing": st.one_of(STROKES.map(json.dumps), NUMBERS, LETTERS),
    "word": st.sampled_from(CLASSES) | LETTERS,
    "countrycode": st.sampled_from(("US", "")) | LETTERS,
    "recognized": st.sampled_from(("True", "False", "")) | LETTERS,
    "timestamp": st.one_of(st.datetimes().map(lambda date: f"{date} UTC"), st.just(""), NUMBERS, LETTERS),
}
QUOTED = {
    "all": lambda values: ['"' + value.replace('"', '""') + '"' for value in values],
    "none": list,
    "half": lambda values: [f'"{value}' for value in values],
    "one column short": lambda values: [f'"{value}"' for value in values[:-1]],
}


def csv_files(name: str) -> st.SearchStrategy[Files]:
    """A CSV of any columns in any order, quoted, half quoted or not."""
    columns = st.permutations([*FIELDS, "extra"]) | st.lists(st.sampled_from([*FIELDS, "extra"]), max_size=8)
    tables = columns.flatmap(lambda names: st.tuples(st.just(names), st.lists(_row(names), max_size=6)))
    return tables.map(lambda table: {name: encoded(",".join(line) for line in (table[0], *table[1]))})


def ndjson_files(name: str) -> st.SearchStrategy[Files]:
    """Objects of any values under the keys that are read, and beside them."""
    likely = st.fixed_dictionaries({**FIELDS, "drawing": STROKES | JSON})
    unlikely = st.dictionaries(st.sampled_from([*FIELDS]) | LETTERS, st.one_of(*FIELDS.values(), JSON), max_size=7)
    return st.lists(st.one_of(likely, unlikely, JSON), max_size=6).map(
        lambda objects: {name: encoded(map(json.dumps, objects))}
    )


def bin_files(name: str) -> st.SearchStrategy[Files]:
    """Records with any numbers where numbers stand, and strokes of any length where lengths stand."""
    stroke = st.tuples(st.integers(0, 5), st.binary(max_size=12)).map(lambda s: struct.pack("<H", s[0]) + s[1])
    whole = st.binary(min_size=1, max_size=5).map(lambda x: struct.pack("<H", len(x)) + x + x)
    record = st.builds(
        lambda key, country, recognized, seconds, count, strokes: (
            struct.pack("<Q2sbIH", key, country, recognized, seconds, len(strokes) if count is None else count)
            + b"".join(strokes)
        ),
        st.integers(0, 2**64 - 1),
        st.sampled_from((b"US", b"\0\0")) | st.binary(min_size=2, max_size=2),
        st.integers(-1, 1) | st.integers(-128, 127),
        st.integers(0, 2**32 - 1),
        st.none() | st.integers(0, 65535),
        st.lists(whole, max_size=4) | st.lists(whole | stroke, max_size=4),
    )
    return st.lists(record, max_size=6).map(lambda records: {name: b"".join(records)})


def encoded(lines: Any) -> bytes:
    """Lines as a file, half surrogate pairs too."""
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _row(names: list[str]) -> Strategy:
    return st.tuples(*(FIELDS.get(name, LETTERS) for name in names)).flatmap(
        lambda values: st.sampled_from([*QUOTED]).map(lambda how: QUOTED[how](values))
    )
