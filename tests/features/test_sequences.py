import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.augmentation import Augmentation, draw_transforms
from features.drawings import Drawings
from features.sequences import CHANNELS, sequences
from ground.threads import THREADS

TWO = [[[51, 102, 255], [0, 255, 255]], [[0], [51]]]
TWO_TIMED = [[*TWO[0], [0, 100, 300]], [*TWO[1], [1300]]]


def test_a_drawing_becomes_its_pen_movements():
    expected = [[0.2, 0, 1, 0, 1], [0.2, 1, 0, 0, 1], [0.6, 0, 0, 0, 1], [-1, -0.8, 1, 0, 1], [0, 0, 0, 0, 0]]
    made = sequences(Drawings.from_strokes([TWO]), length=5)
    assert made.dtype == np.float32
    assert np.allclose(made[0], expected)
    assert CHANNELS == ("dx", "dy", "pen", "time_step", "present")


def test_time_steps_are_the_logarithm_of_one_plus_seconds():
    made = sequences(Drawings.from_strokes([TWO_TIMED]), length=5)[0, :, 3]
    assert np.allclose(made, np.log([1, 1.1, 1.2, 2, 1]))


def test_a_clock_that_jumps_back_counts_as_standing_still():
    made = sequences(Drawings.from_strokes([[[[0, 1, 2], [0, 0, 0], [500, 400, 900]]]]), length=3)[0, :, 3]
    assert np.allclose(made, np.log([1, 1, 1.5]))


@pytest.mark.parametrize("length", [1, 3, 4, 9])
def test_long_drawings_are_cut_and_short_ones_padded(length):
    made = sequences(Drawings.from_strokes([TWO]), length)
    assert made.shape == (1, length, 5)
    assert np.array_equal(made[:, :4], sequences(Drawings.from_strokes([TWO]), 9)[:, : min(length, 4)])
    assert made[0, :, 4].sum() == min(length, 4)
    assert not made[:, 4:].any()


@given(st.lists(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=6), max_size=5))
@settings(max_examples=30, deadline=None)
def test_the_running_sum_gives_positions_and_the_pen_gives_strokes(strokes):
    drawings = Drawings.from_strokes([[list(zip(*points, strict=True)) for points in strokes]])
    made, count = sequences(drawings, 40)[0], len(drawings.points)
    assert np.allclose(np.cumsum(made[:count, :2], axis=0) * 255, drawings.points, atol=1e-2)
    assert made[:, 2].nonzero()[0].tolist() == drawings.stroke_starts[:-1].tolist()
    assert made[:, 4].sum() == count


def test_transforms_move_the_points_of_sequences_too():
    drawings = Drawings.from_strokes([TWO])
    mirrored = draw_transforms(drawings, Augmentation(flip=1), np.random.default_rng(0))
    made = sequences(drawings, 4, mirrored)[0]
    assert np.allclose(made[:, 0], [0.8, -0.2, -0.6, 1])
    assert np.allclose(made[:, 1], [0, 1, 0, -0.8])


def test_empty_drawings_have_no_point_present():
    assert sequences(Drawings.empty(), 7).shape == (0, 7, 5)
    made = sequences(Drawings.from_strokes([[], TWO, []]), 7)
    assert not made[[0, 2]].any()
    assert made[1].any()


def test_the_number_of_threads_does_not_matter(monkeypatch):
    drawings = Drawings.from_strokes([TWO, [], TWO_TIMED] * 60)
    made = []
    for workers in ("1", "2"):
        monkeypatch.setenv(THREADS, workers)
        made.append(sequences(drawings, 6))
    assert np.array_equal(*made)
