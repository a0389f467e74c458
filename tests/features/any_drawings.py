"""Hypothesis' drawings: any strokes, times and columns that the formats can hold."""

import dataclasses

import numpy as np
from hypothesis import strategies as st

from features.drawings import Drawings

CLASSES = ("cat", "hot dog", "snowman", "The Eiffel Tower")  # not in order: labels follow the list as given
PIXELS, MILLISECONDS = st.integers(0, 255), st.integers(0, 2**31 - 1)
SECONDS = st.integers(1, 2**32 - 1)


@st.composite
def any_drawings(draw: st.DrawFn, with_time: bool = True) -> Drawings:
    """Up to six drawings; with their times only if asked for, and whole seconds as timestamps."""
    count = draw(st.integers(0, 6))
    timed = [with_time and draw(st.booleans()) for _ in range(count)]
    columns = [st.tuples(PIXELS, PIXELS, MILLISECONDS) if has else st.tuples(PIXELS, PIXELS) for has in timed]
    strokes = [draw(st.lists(st.lists(column, min_size=1, max_size=5), max_size=4)) for column in columns]
    lists = [[list(zip(*stroke, strict=True)) for stroke in drawing] for drawing in strokes]
    key_id = draw(st.lists(st.integers(0, 2**63 - 1), min_size=count, max_size=count, unique=True))
    labels = draw(st.lists(st.integers(0, len(CLASSES) - 1), min_size=count, max_size=count))
    seconds = draw(st.lists(st.none() | SECONDS, min_size=count, max_size=count))
    countries = draw(st.lists(st.sampled_from(["", "US", "DE"]), min_size=count, max_size=count))
    recognized = draw(st.lists(st.integers(-1, 1), min_size=count, max_size=count))
    stamps = [np.datetime64("NaT") if value is None else np.datetime64(value, "s") for value in seconds]
    return dataclasses.replace(
        Drawings.from_strokes(lists, key_id, labels),
        country=np.array(countries, "S2"),
        recognized=np.array(recognized, np.int8),
        timestamp=np.array(stamps, "datetime64[us]"),
    )


def assert_same(first: Drawings, second: Drawings, but: tuple[str, ...] = ()) -> None:
    """Every array equal in values and type, those named in `but` aside."""
    for field in dataclasses.fields(Drawings):
        if field.name not in but:
            one, other = getattr(first, field.name), getattr(second, field.name)
            assert one.dtype == other.dtype, field.name
            assert np.array_equal(one, other, equal_nan=field.name == "timestamp"), field.name
