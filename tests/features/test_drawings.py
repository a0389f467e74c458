import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.drawings import Drawings, cv_of
from ground.errors import BadDrawing

CAT = [[[0, 10, 20], [5, 6, 7]], [[255], [0]]]
DOG = [[[1, 2], [3, 4], [0, 40]]]
NOTHING: list = []


@pytest.fixture
def drawings():
    return Drawings.from_strokes([CAT, NOTHING, DOG], key_id=[7, 8, 9], label=[0, 1, 2])


def test_strokes_come_back_as_they_were_given(drawings):
    assert [stroke.T.tolist() for stroke in drawings.strokes(0)] == CAT
    assert drawings.strokes(1) == []
    assert [stroke.T.tolist() for stroke in drawings.strokes(2)] == [DOG[0][:2]]


def test_time_is_known_only_where_it_was_given(drawings):
    assert drawings.has_time.tolist() == [False, False, True]
    assert drawings.time.tolist() == [-1, -1, -1, -1, 0, 40]


def test_slices_fancy_indices_and_masks_agree(drawings):
    for rows in (slice(1, 3), [1, 2], np.array([False, True, True])):
        part = drawings[rows]
        assert part.key_id.tolist() == [8, 9]
        assert part.point_starts.tolist() == [0, 0, 2]
        assert part.points.tolist() == [[1, 3], [2, 4]]


def test_an_empty_choice_gives_empty_drawings(drawings):
    for rows in (slice(2, 1), np.zeros(0, int), np.zeros(3, bool)):
        assert len(drawings[rows]) == 0


def test_an_unknown_place_is_an_error(drawings):
    with pytest.raises(IndexError):
        drawings[[3]]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2), max_size=8), st.integers(0, 8))
def test_cutting_anywhere_and_joining_gives_the_same(rows, cut):
    drawings = Drawings.from_strokes([CAT, NOTHING, DOG])[np.array(rows, int)]
    joined = Drawings.concat([drawings[:cut], drawings[cut:]])
    for name in ("points", "time", "stroke_starts", "drawing_starts", "key_id"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(drawings, name))


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ([[[1, 2], [3]]], r"received lengths \[2, 1\]"),
        ([[[], []]], r"received lengths \[0, 0\]"),
        ([[[1], [256]]], "received 1 to 256"),
        ([[[1]]], r"received lengths \[1\]"),
    ],
)
def test_what_is_not_a_stroke_is_refused(strokes, message):
    with pytest.raises(BadDrawing, match=message):
        Drawings.from_strokes([strokes])


def test_the_cv_shard_follows_the_courses_rule():
    assert cv_of(np.array([4_882_588_300_000_000 + 37 * 10**7 + 9_999_999])).tolist() == [(488258830 + 37) % 100]
