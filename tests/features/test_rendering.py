from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.augmentation import Augmentation, draw_transforms
from features.drawings import Drawings
from features.placement import place
from features.rendering import covered, render_color, render_gray
from ground.errors import BadSettings
from ground.threads import THREADS
from tests.features.real_drawings import real_drawings

LEVEL = [[[40, 200], [100, 100]]]
DOT = [[[100], [100]]]
NOTHING: list = []

coordinate = st.integers(0, 255)
stroke = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=5).map(
    lambda xy: [list(v) for v in zip(*xy, strict=True)]
)
drawing = st.lists(stroke, max_size=4)


def gray(strokes, **settings):
    return render_gray(Drawings.from_strokes([strokes]), **settings)[0, :, :, 0].astype(int)


def by_definition(points, stroke_starts, size, width):
    """The picture by its definition: for every pixel, the distance to the nearest segment."""
    y, x = np.mgrid[:size, :size]
    places = (points.astype(float) + 0.5) * size / 256 - 0.5
    nearest = np.full((size, size), np.inf)
    for first, last in pairwise(stroke_starts):
        for p in range(first, last):
            (x0, y0), (x1, y1) = places[max(p - 1, first)], places[p]
            squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
            t = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / squared, 0, 1) if squared else 0
            nearest = np.minimum(nearest, np.hypot(x0 + t * (x1 - x0) - x, y0 + t * (y1 - y0) - y))
    half = {1: 1, 6: 7, 25: 27}[width] / 2 * size / 256  # as cv2.line has it
    return 255 * np.clip(half + 0.5 - nearest, 0, min(1, 2 * half))


def test_a_level_line_covers_its_rows_by_their_distance():
    picture = gray(LEVEL, size=64, line_width=6)
    # y = 100 lies at 100.5 / 4 - 0.5 = 24.625 pixels; half the width is 7 / 4 / 2 = 0.875
    assert picture[:, 30].nonzero()[0].tolist() == [24, 25]
    assert picture[[24, 25], 30].tolist() == [191, 255]  # 0.875 + 0.5 - 0.625 = 0.75; 1.0
    assert (picture[25, 10:50] == 255).all()
    assert not picture[25, [7, 53]].any()


def test_a_line_thinner_than_a_pixel_is_as_dark_as_it_is_thin():
    assert gray(LEVEL, size=32, line_width=2.5).max() == 128  # 4 / 8 of a pixel: between 3 of width 2 and 5 of 3


@pytest.mark.parametrize("width", range(1, 17))
def test_a_level_line_of_any_whole_width_covers_the_rows_that_opencv_covers(width):
    canvas = np.zeros((256, 256), np.uint8)
    cv2.line(canvas, (40, 100), (200, 100), 255, width)
    assert np.array_equal(gray(LEVEL, size=256, line_width=width)[:, 120], canvas[:, 120])


def test_lines_grow_evenly_between_whole_widths():
    assert [covered(width) for width in (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)] == [0.5, 1, 2, 3, 4, 5, 5, 5]


@pytest.mark.parametrize("render", [render_gray, render_color])
def test_pictures_of_less_than_a_block_are_refused(render):
    with pytest.raises(BadSettings, match="Expected pictures of 8 pixels or more, received 7"):
        render(Drawings.from_strokes([LEVEL]), size=7)


def test_a_dot_is_a_disk():
    picture = gray(DOT, size=256, line_width=6)
    assert picture[100, 96:105].tolist() == [0, 255, 255, 255, 255, 255, 255, 255, 0]
    assert picture[103, 103] == 0
    assert np.array_equal(picture[97:104, 97:104], picture[97:104, 97:104].T)
    assert picture.sum() / 255 == pytest.approx(np.pi * 3.5**2, rel=0.02)


@given(drawing, st.sampled_from([8, 28, 64]), st.sampled_from([1.0, 6.0, 25.0]), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_pictures_are_what_the_definition_says(strokes, size, width, seed):
    drawings = Drawings.from_strokes([strokes])
    transforms = draw_transforms(drawings, Augmentation(rotate=90, scale=0.5, shift=80), np.random.default_rng(seed))
    placed = place(drawings, transforms)
    expected = by_definition(placed.points, placed.stroke_starts, size, width)
    assert np.abs(render_gray(drawings, size, width, transforms)[0, :, :, 0] - expected).max() <= 0.51
    assert np.abs(render_color(drawings, size, width, transforms)[0, :, :, 0] - expected).max() <= 0.51


@given(drawing)
@settings(max_examples=30, deadline=None)
def test_a_mirrored_drawing_gives_the_mirrored_picture(strokes):
    drawings = Drawings.from_strokes([strokes])
    mirrored = draw_transforms(drawings, Augmentation(flip=1), np.random.default_rng(0))
    for render in (render_gray, render_color):
        there, back = render(drawings, 32), render(drawings, 32, transforms=mirrored)
        assert np.abs(there[:, :, ::-1].astype(int) - back).max() <= 1


@given(drawing.filter(bool))
@settings(max_examples=30, deadline=None)
def test_a_picture_is_the_brightest_of_its_strokes_pictures(strokes):
    assert np.array_equal(gray(strokes), np.max([gray([one]) for one in strokes], axis=0))


def test_real_drawings_look_as_opencv_draws_them():
    drawings = real_drawings(400)
    rendered = render_gray(drawings, size=64, line_width=6)[..., 0].astype(int)
    reference = np.stack([_opencv(drawings.strokes(row)) for row in range(len(drawings))])
    ink = (rendered > 0) | (reference > 0)
    assert np.abs(rendered - reference)[ink].mean() < 9  # of 255: 3.5 %, the two ways of smoothing edges
    assert abs((rendered - reference)[ink].mean()) < 2  # lines are equally wide


def _opencv(strokes):
    canvas = np.zeros((256, 256), np.uint8)
    for points in strokes:
        for start, end in pairwise(points.tolist() if len(points) > 1 else points.tolist() * 2):
            cv2.line(canvas, start, end, 255, 6)
    return cv2.resize(canvas, (64, 64), interpolation=cv2.INTER_AREA).astype(int)


def test_the_red_of_a_colour_picture_is_the_grey_picture():
    drawings = real_drawings(50)
    assert np.array_equal(render_color(drawings, size=64)[..., 0], render_gray(drawings, size=64)[..., 0])


def test_green_falls_with_the_order_of_points_where_time_is_unknown():
    green = render_color(Drawings.from_strokes([[[[0, 10, 250], [100, 100, 100]]]]), size=256)[0, 100, :, 1]
    # order: 0 at x = 0, a half at x = 10, 1 at x = 250; green = 1 - 0.75 × order
    assert green[[0, 10, 130, 250]].tolist() == [255, 159, 112, 64]


def test_green_falls_with_time_where_it_is_known():
    timed = Drawings.from_strokes([[[[0, 10, 250], [100, 100, 100], [0, 900, 1000]]]])
    green = render_color(timed, size=256)[0, 100, :, 1]
    assert green[[0, 10, 250]].tolist() == [255, 83, 64]  # 1 - 0.75 × 0.9 = 0.325
    by_order = render_color(timed, size=256, use_time=False)[0, 100, :, 1]
    assert by_order[[0, 10, 250]].tolist() == [255, 159, 64]


def test_green_falls_with_order_where_time_stands_still():
    still = Drawings.from_strokes([[[[0, 250], [100, 100], [5, 5]]]])
    assert render_color(still, size=256)[0, 100, [0, 250], 1].tolist() == [255, 64]


def test_blue_tells_neighbouring_strokes_apart():
    strokes = [[[50, 200], [y, y]] for y in (20, 60, 100, 140)]
    picture = render_color(Drawings.from_strokes([strokes]), size=256)[0]
    assert picture[[20, 60, 100, 140], 120, 2].tolist() == [255, 0, 128, 255]


def test_a_drawing_without_a_dropped_stroke_is_coloured_as_if_it_had_never_been_drawn():
    strokes = [[[50, 200], [y, y]] for y in (20, 60, 100)]
    drawings = Drawings.from_strokes([strokes])
    transforms = draw_transforms(drawings, Augmentation(drop_stroke=0.5), np.random.default_rng(3))
    kept = [one for one, stays in zip(strokes, transforms.kept, strict=True) if stays]
    assert 0 < len(kept) < 3
    assert np.array_equal(render_color(drawings, transforms=transforms), render_color(Drawings.from_strokes([kept])))


@pytest.mark.parametrize("render", [render_gray, render_color])
def test_the_number_of_threads_does_not_matter(render, monkeypatch):
    rng = np.random.default_rng(0)
    drawings = Drawings.from_strokes([[rng.integers(0, 256, (2, rng.integers(1, 9))).tolist()] * 2 for _ in range(200)])
    pictures = []
    for workers in ("1", "2"):
        monkeypatch.setenv(THREADS, workers)
        pictures.append(render(drawings, size=32))
    assert np.array_equal(*pictures)


@pytest.mark.parametrize(("render", "channels"), [(render_gray, 1), (render_color, 3)])
def test_empty_drawings_are_black(render, channels):
    assert render(Drawings.empty(), size=16).shape == (0, 16, 16, channels)
    picture = render(Drawings.from_strokes([DOT, NOTHING, DOT]), size=16)
    assert picture.shape == (3, 16, 16, channels)
    assert picture.dtype == np.uint8
    assert not picture[1].any()
    assert picture[0].any()
    assert np.array_equal(picture[0], picture[2])
