"""What holds of our own architectures, whatever they have learned."""

import keras
import numpy as np
import pytest

from base_models.architectures.fusion_lite_lstm import BRANCHES
from base_models.building import build_network
from base_models.line_means import LineMeans
from base_models.prediction import load_network
from base_models.registry import MODELS, load_models
from base_models.settings import TrainSettings
from features.drawings import Drawings
from features.inputs import StrokeSequence
from ground.errors import BadSettings

load_models()
FUSIONS = ("fusion_cnn_lstm", "fusion_lite_lstm")
OVER_POINTS = ("stroke_lstm", "point_raster", "point_transformer", *FUSIONS)
OURS = ("gray64_cnn", "rgb128_cnn", *OVER_POINTS)
DEEP = "fusion_lite_lstm"  # fifty layers, in which rounding adds up, that know ImageNet
FROM_SCRATCH = tuple(name for name in OURS if name != DEEP)
WEIGHTS = {"small": (0.5e6, 1e6), "medium": (3e6, 5e6), "large": (10e6, 20e6)}
CLASSES = 5


@pytest.fixture(scope="module")
def drawings():
    """Some of 1 to 4 strokes and 2 to 40 points, every other one with times, and one without any stroke."""
    rng = np.random.default_rng(0)
    strokes = [[a_stroke(rng, timed=row % 2 == 0) for _ in range(row % 4 + 1)] for row in range(6)]
    return Drawings.from_strokes([*strokes, []])


def a_stroke(rng, timed):
    points = rng.integers(0, 256, (2, rng.integers(2, 11))).tolist()
    return [*points, np.cumsum(rng.integers(0, 900, len(points[0]))).tolist()] if timed else points


@pytest.fixture(scope="module")
def built():
    """Small networks that have learned nothing, or ImageNet's pictures, and whose every weight plays a part."""
    keras.utils.set_random_seed(1)
    return {name: stirred(MODELS[name].build(MODELS[name].inputs.shape, CLASSES)) for name in OURS}


@pytest.fixture(scope="module")
def answered(built, drawings):
    """What each says of all drawings."""
    return {name: answers(network, MODELS[name].inputs.make(drawings)) for name, network in built.items()}


def stirred(network):
    """Scales that start at 0, as the last of a residual block, would hide what stands before them.

    Layers that know ImageNet stay as they are, as stirred ones would answer to the least rounding.
    """
    new = [layer for layer in network.layers if not layer.name.startswith(("bn", "blocks"))]
    for weight in (weight for layer in new for weight in layer.trainable_weights):
        if weight.name in ("gamma", "beta", "bias"):
            weight.assign_add(keras.random.uniform(weight.shape, 0.1, 0.5))
    return network


@pytest.mark.parametrize("name", OURS)
def test_half_precision_gives_about_the_same_probabilities(name, built, answered, drawings):
    network = build_network(MODELS[name], CLASSES, TrainSettings(precision="mixed_bfloat16"))
    network.set_weights(built[name].get_weights())
    given = answers(network, MODELS[name].inputs.make(drawings))
    assert given.dtype == np.float32
    assert len({layer.compute_dtype for layer in network.layers}) == 2
    np.testing.assert_allclose(given, answered[name], atol=0.06 if name == DEEP else 0.03)


def answers(network, x):
    return keras.ops.convert_to_numpy(network(x, training=False))


def of_length(inputs, length):
    """The same input with sequences of another length."""
    if isinstance(inputs, StrokeSequence):
        return inputs.but(length=length)
    return inputs.but(sequence=inputs.sequence.but(length=length).model_dump())


@pytest.mark.parametrize("size", WEIGHTS)
@pytest.mark.parametrize("name", FROM_SCRATCH)
def test_each_size_has_as_many_weights_as_it_says_at_340_classes(name, size):
    model = MODELS[name]
    with keras.StatelessScope(initialize_variables=False):
        network = model.build(model.inputs.shape, 340, size=size)
    fewest, most = WEIGHTS[size]
    assert fewest <= network.count_params() <= most
    assert network.output_shape == (None, 340)


def test_the_size_is_a_setting_that_is_checked_before_any_training():
    assert MODELS["stroke_lstm"].settings({}).network == {"size": "small"}
    assert MODELS["stroke_lstm"].settings({"network": {"size": "large"}}).network == {"size": "large"}
    with pytest.raises(BadSettings, match="size: Input should be 'small', 'medium' or 'large', received 'huge'"):
        MODELS["stroke_lstm"].settings({"network": {"size": "huge"}})


@pytest.mark.parametrize("name", OVER_POINTS)
def test_padding_plays_no_part(name, built, answered, drawings):
    inputs = of_length(MODELS[name].inputs, 48)
    shorter = MODELS[name].build(inputs.shape, CLASSES)
    shorter.set_weights(built[name].get_weights())
    np.testing.assert_allclose(answers(shorter, inputs.make(drawings)), answered[name], atol=1e-6)
    assert np.ptp(answered[name], axis=0).max() > 1e-3  # drawings differ, so that something could have shown


@pytest.mark.parametrize("name", OVER_POINTS)
def test_sequences_may_have_an_odd_length_and_be_cut(name, drawings):
    inputs = of_length(MODELS[name].inputs, 7)
    network = MODELS[name].build(inputs.shape, CLASSES)
    assert np.isfinite(answers(network, inputs.make(drawings))).all()


@pytest.mark.parametrize("name", OURS)
def test_drawings_with_and_without_times_and_without_strokes_get_probabilities(name, answered):
    assert np.isfinite(answered[name]).all()
    np.testing.assert_allclose(answered[name].sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", OURS)
def test_what_is_said_of_a_drawing_does_not_depend_on_those_beside_it(name, built, answered, drawings):
    order = np.array([4, 1, 0])
    alone = answers(built[name], MODELS[name].inputs.make(drawings[order]))
    np.testing.assert_allclose(alone, answered[name][order], atol=1e-6)


@pytest.mark.parametrize("name", OURS)
def test_a_saved_network_answers_as_before_when_loaded_without_code_of_its_own(
    name, built, answered, drawings, tmp_path
):
    built[name].save(tmp_path / "model.keras")
    loaded = load_network(tmp_path / "model.keras")
    np.testing.assert_array_equal(answers(loaded, MODELS[name].inputs.make(drawings)), answered[name])


@pytest.mark.parametrize("changed", ["image", "sequence"])
@pytest.mark.parametrize("name", FUSIONS)
def test_fusion_looks_at_both_of_its_inputs(name, changed, built, answered, drawings):
    x = MODELS[name].inputs.make(drawings)
    other = answers(built[name], {**x, changed: x[changed][::-1].copy()})
    assert np.abs(other - answered[name]).max() > 1e-3


@pytest.mark.parametrize("size", WEIGHTS)
def test_the_image_branch_of_a_fusion_knows_imagenet_and_that_of_points_is_as_large_as_asked(size):
    model = MODELS["fusion_lite_lstm"]
    network = model.build(model.inputs.shape, CLASSES, size=size)
    alone = MODELS[BRANCHES[size].image].build(model.inputs.image.shape, CLASSES)
    assert np.array_equal(
        network.get_layer("conv_head").get_weights()[0], alone.get_layer("conv_head").get_weights()[0]
    )
    assert [layer.forward_layer.units for layer in network.layers if isinstance(layer, keras.layers.Bidirectional)] == [
        BRANCHES[size].sequence.lstm
    ] * 2


GRID, SAMPLES, FEATURES, LENGTH = 8, 5, 3, 30


@pytest.fixture(scope="module")
def carried():
    """Points (B, T, 7) of drawings that reach beyond the canvas, and features (B, T, C) that they carry."""
    rng = np.random.default_rng(0)
    points = np.zeros((4, LENGTH, 7), "float32")
    for row, count in enumerate((30, 17, 1, 0)):
        points[row, :count, 2] = rng.random(count) < 0.2
        points[row, :1, 2], points[row, :count, 4] = count > 0, 1
        points[row, :count, 5:] = rng.uniform(-0.6, 0.6, (count, 2))
    return rng.standard_normal((4, LENGTH, FEATURES)).astype("float32"), points


def line_means(features, points):
    return keras.ops.convert_to_numpy(LineMeans(GRID, SAMPLES)(features, points))


def walked_point_by_point(features, points):
    """The same in plain Python, one drawing at a time."""
    grid = np.zeros((len(points), GRID, GRID, FEATURES + 3))
    for n, drawing in enumerate(points):
        falls = {}
        for t in np.flatnonzero(drawing[:, 4]):
            start = t if drawing[t, 2] else t - 1
            for share in np.arange(1, SAMPLES + 1) / SAMPLES:
                x, y = ((drawing[start, 5:] * (1 - share) + drawing[t, 5:] * share) + 0.5) * 255 / 256 * GRID
                cell = int(np.floor(y)), int(np.floor(x))
                carried = features[n, start] * (1 - share) + features[n, t] * share
                falls.setdefault(cell, []).append([*carried, x - cell[1] - 0.5, y - cell[0] - 0.5, 1])
        for (row, column), steps in falls.items():
            if 0 <= row < GRID and 0 <= column < GRID:
                grid[n, row, column] = np.mean(steps, axis=0)
    return grid


def test_a_cell_holds_the_mean_of_what_falls_into_it(carried):
    given = line_means(*carried)
    np.testing.assert_allclose(given, walked_point_by_point(*carried), atol=1e-4)
    assert (given[3] == 0).all()
    assert given[0, :, :, -1].sum() > 10


def test_the_order_of_strokes_plays_no_part_in_what_is_drawn(carried):
    features, points = (array[:1] for array in carried)
    starts = np.flatnonzero(points[0, :, 2])
    strokes = np.split(np.arange(LENGTH), starts[1:])
    order = np.concatenate(strokes[::-1])
    assert len(strokes) > 2
    np.testing.assert_allclose(
        line_means(features[:, order], points[:, order]), line_means(features, points), atol=1e-5
    )


def test_what_is_drawn_teaches_the_features_that_it_is_drawn_of(carried):
    features, points = keras.Input((LENGTH, FEATURES)), keras.Input((LENGTH, 7))
    scale = keras.layers.Dense(FEATURES, use_bias=False, kernel_initializer="identity")
    network = keras.Model([features, points], LineMeans(GRID, SAMPLES)(scale(features), points))
    network.compile(keras.optimizers.SGD(1.0), "mse", run_eagerly=True)
    before = scale.get_weights()[0]
    network.train_on_batch(list(carried), np.zeros((4, GRID, GRID, FEATURES + 3)))
    assert (np.abs(scale.get_weights()[0] - before).max(axis=0) > 0).all()
