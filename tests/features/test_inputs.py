from dataclasses import replace

import numpy as np
import pytest

from features import opencv_rendering
from features.augmentation import Augmentation, draw_transforms
from features.drawings import UNKNOWN_TIME, Drawings
from features.inputs import ColorImage, GrayImage, ImageAndSequence, StrokeSequence
from features.rendering import render_color, render_gray
from features.sequences import sequences
from ground.errors import BadSettings

DRAWINGS = Drawings.from_strokes([[[[0, 200], [30, 90], [0, 50]]], [], [[[3], [4]]]])


@pytest.mark.parametrize("inputs", [GrayImage(size=24), ColorImage(size=24), StrokeSequence(length=9)])
def test_what_is_made_has_the_shape_and_type_that_is_promised(inputs):
    transforms = draw_transforms(DRAWINGS, Augmentation(flip=0.5), np.random.default_rng(0))
    for made in (inputs.make(DRAWINGS), inputs.make(DRAWINGS, transforms)):
        assert made.shape == (3, *inputs.shape)
        assert made.dtype == inputs.dtype


def test_image_and_sequence_are_made_of_the_same_moved_drawings():
    inputs = ImageAndSequence(image=ColorImage(size=24), sequence=StrokeSequence(length=9))
    transforms = draw_transforms(DRAWINGS, Augmentation(rotate=30, jitter=2), np.random.default_rng(0))
    made = inputs.make(DRAWINGS, transforms)
    assert {name: array.shape for name, array in made.items()} == {"image": (3, 24, 24, 3), "sequence": (3, 9, 5)}
    assert {name: (3, *shape) for name, shape in inputs.shape.items()} == {k: v.shape for k, v in made.items()}
    assert {name: str(array.dtype) for name, array in made.items()} == inputs.dtype
    assert np.array_equal(made["image"], inputs.image.make(DRAWINGS, transforms))
    assert np.array_equal(made["sequence"], inputs.sequence.make(DRAWINGS, transforms))


def test_settings_reach_the_kernels():
    gray, color = GrayImage(size=24, line_width=9), ColorImage(size=24, line_width=9, use_time=False)
    assert np.array_equal(gray.make(DRAWINGS), render_gray(DRAWINGS, 24, 9))
    assert np.array_equal(color.make(DRAWINGS), render_color(DRAWINGS, 24, 9, use_time=False))
    assert np.array_equal(StrokeSequence(length=9).make(DRAWINGS), sequences(DRAWINGS, 9))


def test_the_renderer_is_a_matter_of_choice():
    gray, color = (kind(size=24, line_width=9, renderer="opencv") for kind in (GrayImage, ColorImage))
    assert np.array_equal(gray.make(DRAWINGS), opencv_rendering.render_gray(DRAWINGS, 24, 9))
    assert np.array_equal(color.make(DRAWINGS), opencv_rendering.render_color(DRAWINGS, 24, 9))
    by_order = color.but(use_time=False).make(DRAWINGS)
    assert np.array_equal(by_order, opencv_rendering.render_color(DRAWINGS, 24, 9, use_time=False))


def test_a_centred_sequence_begins_as_if_its_drawing_lay_in_the_middle():
    lying, centred = StrokeSequence(length=9), StrokeSequence(length=9, centred=True)
    here, middle = (Drawings.from_strokes([[[[0, 200, 90], [y, y + 60, y + 30]]]]) for y in (0, 98))
    expected = lying.make(middle) + [27 / 255, 0, 0, 0, 0] * (np.arange(9) == 0)[:, None]
    np.testing.assert_allclose(centred.make(here), expected, atol=0.003)  # half a unit: the canvas's middle is 127.5
    assert not np.allclose(lying.make(here), expected, atol=0.003)


@pytest.mark.parametrize("inputs", [GrayImage(size=64, centred=True), ColorImage(size=64, centred=True)])
@pytest.mark.parametrize("renderer", ["compiled", "opencv"])
def test_a_centred_picture_is_the_same_wherever_the_drawing_lies(inputs, renderer):
    here, there = (Drawings.from_strokes([[[[0, 200, 90], [y, y + 60, y + 30]]]]) for y in (0, 150))
    made = inputs.but(renderer=renderer).make(here)
    assert np.array_equal(made, inputs.but(renderer=renderer).make(there))
    rows = np.flatnonzero(made[0].any(axis=(1, 2)))
    assert abs((63 - rows[-1]) - rows[0]) <= 1
    assert not np.array_equal(made, inputs.but(renderer=renderer, centred=False).make(here))


@pytest.mark.parametrize("inputs", [GrayImage(), ColorImage(), ColorImage(use_time=False), StrokeSequence()])
def test_an_input_that_says_it_sees_no_time_does_not(inputs):
    timed = Drawings.from_strokes([[[[0, 90, 200], [30, 90, 20], [0, 50, 700]]]])
    untimed = replace(timed, time=np.full_like(timed.time, UNKNOWN_TIME))
    assert np.array_equal(inputs.make(timed), inputs.make(untimed)) is not inputs.sees_time


def test_an_unknown_setting_is_refused():
    with pytest.raises(BadSettings, match="did you mean 'line_width'"):
        GrayImage.of({"line_with": 3})
