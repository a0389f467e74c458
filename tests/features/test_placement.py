import numpy as np
import pytest

from features.augmentation import Transforms
from features.drawings import Drawings
from features.placement import centred, place
from ground.threads import THREADS


@pytest.fixture
def drawings():
    return Drawings.from_strokes([[[[0, 10], [0, 20], [0, 30]], [[5], [6], [40]]], [], [[[1, 2, 3], [4, 5, 6]]]] * 40)


def test_points_are_moved_by_the_matrix_of_their_drawing_and_the_jitter(drawings):
    matrix = np.tile(np.float32([[[1, 0, 0], [0, 1, 0]]]), (120, 1, 1))
    matrix[0] = [[0, 2, 3], [1, 0, 4]]
    jitter = np.zeros((len(drawings.points), 2), np.float32)
    jitter[1] = 0.5, -0.5
    moved = place(drawings, Transforms(matrix, np.ones(120, bool), jitter)).points
    assert moved[:3].tolist() == [[3, 4], [43.5, 13.5], [15, 9]]
    assert np.array_equal(moved[3:], drawings.points[3:])


def test_a_dropped_stroke_is_gone_with_its_points_and_times(drawings):
    kept = np.ones(120, bool)
    kept[0] = False
    left = place(drawings, Transforms(np.tile(np.float32([[[1, 0, 0], [0, 1, 0]]]), (120, 1, 1)), kept, None))
    assert left.drawing_starts[:4].tolist() == [0, 1, 1, 2]
    assert left.stroke_starts[:3].tolist() == [0, 1, 4]
    assert left.points[:2].tolist() == [[5, 6], [1, 4]]
    assert left.time[:2].tolist() == [40, -1]


def test_centred_drawings_lie_in_the_middle_before_they_are_moved(drawings):
    in_place = place(drawings, centred(drawings))
    assert in_place.points[:3].tolist() == [[122.5, 117.5], [132.5, 137.5], [127.5, 123.5]]
    assert in_place.points[3:6].tolist() == [[126.5, 126.5], [127.5, 127.5], [128.5, 128.5]]
    turned = Transforms(np.tile(np.float32([[[0, -1, 255], [1, 0, 0]]]), (120, 1, 1)), np.ones(120, bool), None)
    moved = place(drawings, centred(drawings, turned))
    np.testing.assert_allclose(moved.points[:, 0], 255 - in_place.points[:, 1])
    np.testing.assert_allclose(moved.points[:, 1], in_place.points[:, 0])


def test_the_number_of_threads_does_not_matter(drawings, monkeypatch):
    rng = np.random.default_rng(0)
    transforms = Transforms(rng.random((120, 2, 3), np.float32), rng.random(120) < 0.5, None)
    results = []
    for workers in ("1", "2"):
        monkeypatch.setenv(THREADS, workers)
        results.append(place(drawings, transforms).points)
    assert np.array_equal(*results)
