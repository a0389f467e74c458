from itertools import pairwise

import cv2
import numpy as np
import pytest

from features import opencv_rendering, rendering
from features.augmentation import Augmentation, draw_transforms
from features.drawings import Drawings
from tests.features.real_drawings import real_drawings

DOT = [[[100], [100]]]


@pytest.fixture(scope="module")
def generated():
    """100 drawings about as dense as real ones: a few strokes, each of a few long steps."""
    rng, drawings = np.random.default_rng(0), []
    for _ in range(100):
        starts = rng.integers(20, 236, (rng.integers(1, 9), 1, 2))
        walks = [start + np.cumsum(rng.normal(0, 40, (rng.integers(1, 15), 2)), axis=0) for start in starts]
        drawings.append([[*walk.clip(0, 255).astype(int).T.tolist()] for walk in walks])
    return Drawings.from_strokes(drawings)


def timed(drawings):
    """With times, ever longer from point to point."""
    strokes = [drawings.strokes(row) for row in range(len(drawings))]
    lists = []
    for one in strokes:
        time = np.cumsum(np.arange(sum(map(len, one))))
        cuts = np.cumsum([len(points) for points in one])[:-1]
        lists.append([[*points.T.tolist(), t.tolist()] for points, t in zip(one, np.split(time, cuts), strict=True)])
    return Drawings.from_strokes(lists)


def by_the_course(strokes, size, thickness):
    """Written out plainly: each segment by cv2.line on 256 pixels, then resized."""
    canvas = np.zeros((256, 256), np.uint8)
    for points in strokes:
        for start, end in pairwise(points.tolist() if len(points) > 1 else points.tolist() * 2):
            cv2.line(canvas, start, end, 255, thickness)
    return cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)


def differences(first, second):
    """Mean and mean absolute difference over the pixels in which either picture has ink, the larger channel's."""
    first, second = first.astype(int), second.astype(int)
    ink = ((first > 0) | (second > 0)).any(axis=-1)
    difference = (first - second)[ink]
    return np.abs(difference.mean(axis=0)).max(), np.abs(difference).mean(axis=0).max()


@pytest.mark.parametrize(("size", "width", "thickness"), [(64, 6.0, 6), (128, 2.6, 3), (28, 0.2, 1)])
def test_grey_pictures_are_those_of_the_course_to_the_pixel(generated, size, width, thickness):
    pictures = opencv_rendering.render_gray(generated, size, width)
    for row, picture in enumerate(pictures):
        assert np.array_equal(picture[..., 0], by_the_course(generated.strokes(row), size, thickness))


# cv2.line draws hard edges on whole units, so the two differ along edges: on 400 real drawings, at width 6, by 8.3 of
# 255 over the pixels with ink at 64 px and by 10.5 at 128 px, where more of them are edges. That these differences
# nearly cancel (means of 0.8 and 1.8) says that lines are equally wide.
@pytest.mark.parametrize(("size", "most"), [(64, 10), (128, 12)])
@pytest.mark.parametrize("render", ["render_gray", "render_color"])
def test_both_renderers_draw_the_same_up_to_edges(generated, size, most, render):
    both = getattr(rendering, render), getattr(opencv_rendering, render)
    for drawings in (generated, timed(generated)):
        bias, difference = differences(*(draw(drawings, size, 6) for draw in both))
        assert difference < most
        assert bias < 3


@pytest.mark.parametrize(("size", "most"), [(64, 9), (128, 11)])
@pytest.mark.parametrize("render", ["render_gray", "render_color"])
def test_both_renderers_draw_real_drawings_the_same_up_to_edges(size, most, render):
    drawings = real_drawings(150)
    bias, difference = differences(*(getattr(way, render)(drawings, size, 6) for way in (rendering, opencv_rendering)))
    assert difference < most
    assert bias < 2


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 9, 12])
def test_both_renderers_draw_lines_of_odd_and_even_widths_equally_wide(generated, width):
    bias, _ = differences(*(way.render_gray(generated, 64, width) for way in (rendering, opencv_rendering)))
    assert bias < 4  # of 255; a line a canvas unit too wide has 10 to 30


def test_both_renderers_move_drawings_alike(generated):
    everything = Augmentation(flip=0.5, rotate=20, scale=0.2, shear=0.1, shift=10, jitter=2, drop_stroke=0.2)
    transforms = draw_transforms(generated, everything, np.random.default_rng(0))
    bias, difference = differences(
        *(way.render_color(timed(generated), 64, 6, transforms) for way in (rendering, opencv_rendering))
    )
    assert difference < 15  # points are rounded to whole units here, a quarter of a pixel
    assert bias < 2.5


def test_a_segments_green_is_the_moment_of_its_middle_by_time_or_by_order():
    drawings = Drawings.from_strokes([[[[0, 10, 250], [100, 100, 100], [0, 900, 1000]]]])
    by_time, by_order = (
        opencv_rendering.render_color(drawings, 256, 6, use_time=use_time)[0, 100, :, 1] for use_time in (True, False)
    )
    assert by_time[[3, 100]].tolist() == [169, 73]  # 1 - 0.75 × 0.45, 1 - 0.75 × 0.95
    assert by_order[[3, 100]].tolist() == [207, 112]  # 1 - 0.75 × 0.25, 1 - 0.75 × 0.75


def test_where_lines_cross_each_channel_keeps_its_larger_value():
    across, down = [[0, 255], [100, 100]], [[100, 100], [0, 255]]
    for strokes in ([across, down], [down, across]):
        crossing = opencv_rendering.render_color(Drawings.from_strokes([strokes]), 256)[0, 100, 100]
        assert crossing.tolist() == [255, 223, 255]  # green 1 - 0.75 / 6, of the stroke that was drawn first


def test_a_one_point_stroke_is_a_dot_and_an_empty_drawing_is_black():
    pictures = opencv_rendering.render_gray(Drawings.from_strokes([DOT, []]), 256)
    assert pictures[0, 97:104, 97:104, 0].sum() == pictures[0].sum() == 29 * 255
    assert not pictures[1].any()
    assert opencv_rendering.render_color(Drawings.empty(), 16).shape == (0, 16, 16, 3)
