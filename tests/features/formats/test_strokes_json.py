import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.formats.reasons import Reason
from features.formats.strokes_json import parse_strokes

COORDINATES = st.integers(-1000, 1000) | st.floats(-1000, 1000)


def parse(*texts: str, raw: bool = True):
    encoded = [text.encode() for text in texts]
    starts = np.cumsum([0] + [len(text) for text in encoded])
    return parse_strokes(np.frombuffer(b"".join(encoded), np.uint8), starts[:-1], starts[1:], raw)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(COORDINATES, COORDINATES, st.integers(0, 10**6)), min_size=1), max_size=4))
def test_any_json_of_strokes_gives_the_numbers_of_the_json_module(strokes: list) -> None:
    text = json.dumps([list(zip(*stroke, strict=True)) for stroke in strokes])
    parsed = parse(text)
    assert parsed.reason.tolist() == [Reason.GOOD]
    assert np.diff(parsed.stroke_starts).tolist() == [len(stroke) for stroke in strokes]
    points = np.array([point for stroke in strokes for point in stroke]).reshape(-1, 3)
    np.testing.assert_allclose(np.stack([parsed.x, parsed.y, parsed.time], axis=1), points, rtol=1e-14, atol=1e-14)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="[],0123 -.e", max_size=24))
@example("[[[00],[1]]]")
@example("[[[1],[1]],]")
@example("[[[1],[1],]]")
@example("[[[1][1]]]")
@example("[[[1],[1]][[1],[1]]]")
@example("[[[1.],[1]]]")
@example("[[[1]\n,\t[1]]]")
def test_what_is_taken_is_json(text: str) -> None:
    if parse(text).reason[0] == Reason.GOOD:
        assert all(len(stroke) in (2, 3) for stroke in json.loads(text))


@pytest.mark.parametrize(
    ("number", "value"), [("1e2", 100), ("1.5E-1", 0.15), ("-0", 0), ("0.000000000000000000123", 0), ("12e0", 12)]
)
def test_numbers_may_have_powers_of_ten(number: str, value: float) -> None:
    assert parse(f"[[[{number}],[0]]]").x[0] == pytest.approx(value, abs=1e-15)


def test_a_bad_drawing_leaves_no_trace_between_good_ones() -> None:
    parsed = parse("[[[1,2],[3,4]]]", "[[[9,9],[9,9]],[[1],[2,3]]]", "[[[5],[6]]]", raw=False)
    assert parsed.reason.tolist() == [Reason.GOOD, Reason.LENGTHS, Reason.GOOD]
    assert parsed.drawing_starts.tolist() == [0, 1, 1, 2]
    assert parsed.x.tolist() == [1, 2, 5]


def test_a_stroke_of_more_points_than_16_bits_count_is_refused() -> None:
    ones = ",".join(["1"] * 65_536)
    assert parse(f"[[[{ones}],[{ones}]]]", raw=False).reason.tolist() == [Reason.TOO_LONG]
