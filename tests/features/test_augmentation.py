from itertools import pairwise

import numpy as np
import pytest

from features.augmentation import Augmentation, draw_transforms, view_transforms
from features.drawings import Drawings
from features.placement import place
from ground.errors import BadSettings

THREE = [[[0, 255], [0, 0]], [[10], [20]], [[30, 40, 50], [60, 70, 80]]]


@pytest.fixture
def drawings():
    return Drawings.from_strokes([THREE, [], [[[7], [9]]]] * 50)


def placed(drawings, seed=0, **augmentation):
    return place(drawings, draw_transforms(drawings, Augmentation(**augmentation), np.random.default_rng(seed)))


def test_off_leaves_every_point_and_stroke_as_it_is(drawings):
    assert Augmentation().is_off
    same = placed(drawings)
    assert np.array_equal(same.points, drawings.points)
    assert np.array_equal(same.time, drawings.time)
    assert np.array_equal(same.stroke_starts, drawings.stroke_starts)
    assert np.array_equal(same.drawing_starts, drawings.drawing_starts)


def test_flip_mirrors_left_and_right(drawings):
    assert np.array_equal(placed(drawings, flip=1).points, [255, 0] + drawings.points * np.array([-1.0, 1.0]))


def test_flip_comes_as_often_as_asked(drawings):
    mirrored = np.diff(placed(drawings, flip=0.3).points[placed(drawings).points[:, 1] == 0, 0].reshape(-1, 2))
    assert 5 < (mirrored < 0).sum() < 25  # of 50


def test_drop_stroke_never_takes_the_last_stroke_of_a_drawing(drawings):
    left = placed(drawings, drop_stroke=1.0)
    assert np.diff(left.drawing_starts).tolist() == [1, 0, 1] * 50


def test_drop_stroke_leaves_the_other_strokes_whole(drawings):
    left = placed(drawings, drop_stroke=0.5)
    strokes = {tuple(map(tuple, left.points[first:last])) for first, last in pairwise(left.stroke_starts)}
    assert strokes == {((0, 0), (255, 0)), ((10, 20),), ((30, 60), (40, 70), (50, 80)), ((7, 9),)}
    assert 50 < len(left.stroke_starts) - 1 < 200


def test_rotation_keeps_distances_and_the_middle():
    cross = Drawings.from_strokes([[[[27, 227], [127, 127]], [[127, 127], [27, 227]]]] * 40)
    points = placed(cross, rotate=30).points.reshape(40, 4, 2)
    assert np.allclose(np.linalg.norm(points[:, 1] - points[:, 0], axis=1), 200, atol=1e-3)
    assert np.allclose(points.mean(axis=1), 127, atol=0.35)  # about 127.5, half a unit away
    angle = np.degrees(np.arctan2(*(points[:, 1] - points[:, 0])[:, ::-1].T))
    assert np.abs(angle).max() <= 30
    assert np.abs(angle).max() > 20


@pytest.mark.parametrize(
    ("augmentation", "most"),
    [({"shift": 10}, 10), ({"scale": 0.1}, 12.75), ({"shear": 0.1}, 12.75), ({"jitter": 2}, 12)],
)
def test_points_move_and_no_further_than_asked(drawings, augmentation, most):
    moved = np.abs(placed(drawings, **augmentation).points - drawings.points).max()
    assert most / 3 < moved <= most + 1e-3


def test_views_move_all_drawings_alike_half_as_far_as_training_may(drawings):
    views = [
        view_transforms(drawings, Augmentation(flip=0.5, shift=10, jitter=3, drop_stroke=1), view) for view in range(40)
    ]
    assert views[0] is None
    for number, view in enumerate(views[1:], 1):
        mirrored = [255, 0] + drawings.points * np.array([-1.0, 1.0]) if number % 2 else drawings.points
        moved = place(drawings, view).points - mirrored
        assert np.allclose(moved, moved[0], atol=1e-4)
    furthest = max(np.abs(place(drawings, view).points - drawings.points).max() for view in views[2::2])
    assert 4 < furthest <= 5 + 1e-4


def test_the_same_generator_state_gives_the_same_transforms(drawings):
    everything = {"flip": 0.5, "drop_stroke": 0.3, "rotate": 10, "scale": 0.1, "shear": 0.1, "shift": 5, "jitter": 1}
    assert np.array_equal(placed(drawings, **everything).points, placed(drawings, **everything).points)
    assert not np.array_equal(placed(drawings, jitter=1).points, placed(drawings, seed=1, jitter=1).points)


def test_switching_one_augmentation_on_does_not_change_another(drawings):
    alone, together = placed(drawings, drop_stroke=0.5), placed(drawings, drop_stroke=0.5, jitter=0.01, rotate=0.01)
    assert np.array_equal(alone.drawing_starts, together.drawing_starts)
    assert np.allclose(alone.points, together.points, atol=0.2)


def test_no_drawings_at_all():
    nothing = placed(Drawings.empty(), drop_stroke=0.5, jitter=1)
    assert nothing.points.shape == (0, 2)
    assert nothing.drawing_starts.tolist() == [0]


def test_values_out_of_range_are_refused():
    with pytest.raises(BadSettings, match=r"drop_stroke.*less than or equal to 1, received 2"):
        Augmentation.of({"drop_stroke": 2})


def test_transforms_of_another_batch_are_refused(drawings):
    transforms = draw_transforms(drawings[:10], Augmentation(flip=1), np.random.default_rng(0))
    with pytest.raises(BadSettings, match=r"Expected transforms of \(150, 200\).*received \(10,.*draw_transforms"):
        place(drawings, transforms)
