import sys

import keras
import numpy as np
import pytest

from base_models.architectures.applications import APPLICATIONS
from base_models.architectures.applications_network import scaled
from base_models.footprint import footprint_of
from base_models.layers import MOMENTUM, every_layer
from base_models.prediction import load_network
from base_models.registry import MODELS, BaseModel, load_models
from features.inputs import ColorImage, GrayImage
from ground.errors import BadSettings

load_models()
CLASSES = 340
FILLED = list({each.family.paper: each for each in sorted(APPLICATIONS, key=lambda each: -each.parameters)}.values())
UNFILLED = [application for application in APPLICATIONS if application not in FILLED]  # the largest takes 1.4 GB
LIGHT = ("mobilenet", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "densenet121")
NARROW = {"alpha": 0.25}


@pytest.fixture(autouse=True)
def forget():
    """Keras keeps what it knows of each network until told otherwise."""
    yield
    keras.backend.clear_session()


def smallest(application, channels=1):
    return (application.family.smallest, application.family.smallest, channels)


def pictures(shape, count=2):
    return np.random.default_rng(0).integers(0, 256, (count, *shape), "uint8")


def assert_as_declared(network, application):
    built, declared = footprint_of(network), application.footprint(application.family.smallest, CLASSES)
    assert built.parameters == declared.parameters
    assert built.outputs == pytest.approx(declared.outputs, rel=0.1)  # picture and scaling come on top


def assert_scales_first(network):
    first = next(layer for layer in every_layer(network) if not isinstance(layer, keras.layers.InputLayer))
    assert isinstance(first, keras.layers.Rescaling | keras.layers.Normalization)


def by_name(applications):
    return pytest.mark.parametrize("application", applications, ids=lambda application: application.name)


@by_name(FILLED)
def test_the_least_of_each_family_gives_probabilities_of_340_classes_at_its_smallest_size(application):
    network = application.build(smallest(application), CLASSES)
    probabilities = keras.ops.convert_to_numpy(network(pictures(smallest(application))))
    assert probabilities.shape == (2, CLASSES)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert_as_declared(network, application)
    assert_scales_first(network)


@by_name(UNFILLED)
def test_each_other_network_built_without_allocating_its_weights_has_340_classes_at_its_smallest_size(application):
    with keras.StatelessScope(initialize_variables=False):
        network = application.build(smallest(application), CLASSES)
    assert network.output_shape == (None, CLASSES)
    assert_as_declared(network, application)
    assert_scales_first(network)


@pytest.mark.parametrize("name", LIGHT)
def test_each_light_network_trains_a_step(name):
    network = MODELS[name].build((32, 32, 1), 5)
    network.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)  # tracing takes longer than a step
    before = [np.array(weight) for weight in network.trainable_weights]
    loss = network.train_on_batch(pictures((32, 32, 1), count=8), np.arange(8) % 5)
    assert np.isfinite(loss)
    moved = [np.any(np.array(weight) != old) for weight, old in zip(network.trainable_weights, before, strict=True)]
    assert np.mean(moved) > 0.9  # what stands behind a ReLU may have no gradient in one step


@by_name(APPLICATIONS)
def test_pictures_are_scaled_as_the_networks_own_preprocess_input_scales_them(application):
    # where a network scales inside, preprocess_input leaves pictures alone, and so do we
    home = sys.modules[getattr(keras.applications, application.keras_name).__module__]
    x = pictures((8, 8, 3)).astype("float32")
    image = keras.Input((8, 8, 3))
    ours = keras.Model(image, scaled(image, application.family.scaling)).predict_on_batch(x)
    np.testing.assert_allclose(ours, home.preprocess_input(x.copy()), rtol=1e-5, atol=1e-4)


def test_a_grey_picture_is_one_of_three_equal_channels():
    gray, color = (MODELS["mobilenet"].build((32, 32, channels), 5, **NARROW) for channels in (1, 3))
    color.set_weights(gray.get_weights())
    x = pictures((32, 32, 1))
    np.testing.assert_allclose(gray(x), color(np.repeat(x, 3, axis=-1)), atol=1e-6)


def test_a_users_function_makes_a_time_coloured_variant_in_one_line():
    def colored(input_shape, classes, alpha: float = 0.25):
        return MODELS["mobilenet"].build(input_shape, classes, alpha=alpha)

    network = BaseModel("colored", colored, ColorImage(size=32)).build((32, 32, 3), 5)
    assert network(pictures((32, 32, 3))).shape == (2, 5)


@pytest.mark.parametrize("name", ["mobilenet_v2", "efficientnet_b0"])
def test_the_quick_momentum_of_all_batch_normalisations_survives_saving(name, tmp_path):
    MODELS[name].build((32, 32, 1), 5).save(tmp_path / "model.keras")
    loaded = load_network(tmp_path / "model.keras")
    momenta = [layer.momentum for layer in every_layer(loaded) if isinstance(layer, keras.layers.BatchNormalization)]
    assert len(momenta) > 40
    assert set(momenta) == {MOMENTUM}


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("mobilenet", {"alpha": 0.25, "depth_multiplier": 2, "pooling": "max", "dropout": 0.5}),
        ("mobilenet_v3_small", {"alpha": 0.75, "minimalistic": True}),
        ("densenet121", {"pooling": "max"}),
    ],
)
def test_a_run_sets_a_networks_own_arguments(name, network):
    settings = MODELS[name].settings({"network": network})
    assert settings.network == {**MODELS[name].arguments.model_dump(), **network}
    with keras.StatelessScope(initialize_variables=False):
        default, varied = (MODELS[name].build((32, 32, 1), 5, **given) for given in ({}, settings.network))
    assert varied.get_config() != default.get_config()
    rates = [layer.rate for layer in varied.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [settings.network["dropout"]]


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ({"alhpa": 0.5}, r"In the network of mobilenet_v2:\n  unknown setting 'alhpa'; did you mean 'alpha'\?"),
        ({"depth_multiplier": 2}, "unknown setting 'depth_multiplier'"),  # MobileNet alone has it
        ({"alpha": 0}, "alpha: Input should be greater than 0, received 0"),
        ({"pooling": "mean"}, "pooling: Input should be 'avg' or 'max', received 'mean'"),
    ],
)
def test_a_wrong_argument_is_refused_before_any_training(network, message):
    with pytest.raises(BadSettings, match=message):
        MODELS["mobilenet_v2"].settings({"network": network})


@pytest.mark.parametrize("shape", [(64, 64, 1), (75, 75, 2), (128, 5)])
def test_inputs_that_are_no_pictures_of_the_least_size_are_refused(shape):
    with pytest.raises(BadSettings, match=r"Expected pictures of at least 75 × 75 × 1 or 3 for inception_v3, received"):
        MODELS["inception_v3"].build(shape, 5)


def test_every_network_is_registered_with_pictures_that_it_can_take():
    for application in APPLICATIONS:
        inputs = MODELS[application.name].inputs
        assert isinstance(inputs, GrayImage)
        assert inputs.size >= application.family.smallest
        assert application.keras_name in MODELS[application.name].summary
