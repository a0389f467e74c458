import numpy as np
from hypothesis import given, settings

from features.drawings import Drawings
from features.stroke_bytes import drawing_of, stroke_bytes
from tests.features.any_drawings import any_drawings, assert_same

COLUMNS = ("key_id", "label", "country", "recognized", "timestamp")


@settings(max_examples=50, deadline=None)
@given(any_drawings())
def test_strokes_and_times_come_back_as_they_were(drawings):
    back = [drawing_of(**arrays) for arrays in stroke_bytes(drawings)]
    assert_same(Drawings.concat([Drawings.empty(), *back]), drawings, but=COLUMNS)


def test_the_arrays_are_little_endian_and_an_unknown_time_is_empty():
    drawings = Drawings.from_strokes([[[[1, 2], [3, 4], [0, 258]]], [[[5], [6]]]])
    timed, untimed = stroke_bytes(drawings)
    assert timed == {"points": bytes([1, 3, 2, 4]), "stroke_lengths": b"\2\0", "time": b"\0\0\0\0\2\1\0\0"}
    assert untimed == {"points": bytes([5, 6]), "stroke_lengths": b"\1\0", "time": b""}
    assert drawing_of(**timed).time.dtype == np.int32
