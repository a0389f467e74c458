import keras
import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from base_models.discriminant import LinearHead, fit_discriminant, last_layer, mix
from base_models.plan import make_plan
from base_models.prediction import load_network, predict
from base_models.registry import BaseModel
from base_models.settings import TrainSettings
from base_models.training import train_fold
from base_models.trial import try_network
from features.drawings import Drawings
from features.inputs import GrayImage
from ground.errors import BadSettings
from oof.folds import fold_of
from tests.base_models.lines import FOLDS, LINES, QUICK

LINE = Drawings.from_strokes([[[[0, 255], [0, 255]]]])


@pytest.fixture
def clouds():
    """1,500 features of 6 numbers in 5 classes, of one covariance, and their labels."""
    rng = np.random.default_rng(1)
    label = (np.arange(1_500) % 5).astype(np.int16)
    noise = rng.normal(size=(1_500, 6)) @ rng.normal(size=(6, 6))
    return (3 + rng.normal(size=(5, 6))[label] + noise).astype(np.float32), label


def test_it_is_the_discriminant_that_scikit_learn_finds_with_as_much_shrinkage(clouds):
    features, label = clouds
    means = np.stack([features[label == place].mean(axis=0) for place in range(5)])
    _, shrinkage = ledoit_wolf(features - means[label], assume_centered=True)
    theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage, priors=[0.2] * 5).fit(features, label)
    expected = theirs.decision_function(features)
    expected -= expected.mean(axis=1, keepdims=True)
    ours = fit_discriminant(features, label, 5).logits(features)
    np.testing.assert_allclose(ours, expected, atol=1e-3 * expected.std())


def test_a_class_without_a_drawing_is_the_least_likely_of_all(clouds):
    features, label = clouds
    logits = fit_discriminant(features[label != 2], label[label != 2], 5).logits(features)
    assert (logits.argmin(axis=1) == 2).mean() > 0.99
    assert np.isfinite(logits).all()


def test_more_features_than_drawings_and_dead_ones_do_no_harm(clouds):
    features, label = clouds
    wide = np.hstack([features[:60], np.zeros((60, 300), np.float32)])
    fitted = fit_discriminant(wide, label[:60], 5)
    assert (fitted.logits(wide).argmax(axis=1) == label[:60]).mean() > 0.5
    assert not fitted.kernel[6:].any()


def test_mixed_heads_spread_as_the_trained_one_does(clouds):
    features, label = clouds
    trained = LinearHead(np.eye(6, 5, dtype=np.float32), np.arange(5, dtype=np.float32))
    fitted = fit_discriminant(features, label, 5)
    same, half = mix(trained, trained, features, 0.3), mix(trained, fitted, features, 0.5)
    np.testing.assert_allclose(same.logits(features), trained.logits(features), rtol=1e-4, atol=1e-4)
    spreads = fitted.logits(features).std(), trained.logits(features).std()
    expected = (trained.logits(features) + fitted.logits(features) * spreads[1] / spreads[0]) / 2
    np.testing.assert_allclose(half.logits(features), expected, rtol=1e-4, atol=1e-4)


def test_features_that_tell_nothing_leave_the_trained_head_as_it_is(clouds):
    _, label = clouds
    alike = np.ones((len(label), 6), np.float32)
    trained = LinearHead(np.eye(6, 5, dtype=np.float32), np.zeros(5, np.float32))
    assert mix(trained, fit_discriminant(alike, label, 5), alike, 0.5) is trained


@pytest.mark.usefixtures("eagerly")
@pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning")
def test_training_ends_in_a_mixture_of_the_trained_layer_and_the_discriminant(tmp_path, source):
    settings = QUICK.but(discriminant=0.4, views=2)
    plain, mixed = (
        train_fold(LINES, source, 0, FOLDS, settings.but(discriminant=share), tmp_path / str(share), seed=1)
        for share in (0.0, 0.4)
    )
    assert not source.taken & {*np.flatnonzero(fold_of(source.key_id, FOLDS) == 0).tolist()}
    rows = make_plan(LINES, source, 0, FOLDS, settings, seed=1).taken.trained
    flat = keras.Model(plain.input, plain.layers[-1].input)
    features = predict(flat, LINES.inputs, source, rows, settings)
    fitted = fit_discriminant(features, source.label[rows], 2)
    expected = mix(LinearHead(*plain.layers[-1].get_weights()), fitted, features, 0.4)
    for ours, theirs in zip(mixed.layers[-1].get_weights(), (expected.kernel, expected.bias), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)
    saved = load_network(tmp_path / "0.4" / "model.keras")
    assert all(np.array_equal(a, b) for a, b in zip(saved.get_weights(), mixed.get_weights(), strict=True))


def test_pretraining_leaves_the_last_layer_as_it_was_trained():
    assert TrainSettings(discriminant=0.4).for_pretraining().discriminant == 0


def _ends_in(layer, width=0):
    def network(input_shape, classes):
        """Flat, maybe repeated, then a last layer."""
        image = keras.Input(input_shape)
        x = keras.layers.Flatten()(image)
        x = keras.layers.Dense(width or classes)(x)
        return keras.Model(image, layer(classes)(x))

    return BaseModel("ends", network, GrayImage(size=8))


@pytest.mark.parametrize(
    "model",
    [
        _ends_in(lambda classes: keras.layers.Softmax(name="end")),
        _ends_in(lambda classes: keras.layers.Dense(classes, "softmax", use_bias=False, name="end")),
        _ends_in(lambda classes: keras.layers.Dense(classes, "softmax", name="end"), width=5_000),
    ],
    ids=["softmax alone", "no bias", "too wide"],
)
def test_a_network_that_ends_otherwise_is_refused_before_it_is_trained(model):
    settings = TrainSettings(discriminant=0.4)
    with pytest.raises(
        BadSettings,
        match=r"Expected ends to end in a Dense layer with bias and softmax, .* ends in end \(.*ends\.discriminant=0",
    ):
        try_network(model, settings, 3, LINE)
    assert try_network(model, TrainSettings(), 3, LINE).parameters > 0


@pytest.mark.parametrize("classes", [2, 340])
def test_a_sequential_network_has_a_last_layer_too(classes):
    network = keras.Sequential([keras.Input((8,)), keras.layers.Dense(classes, activation="softmax")])
    assert last_layer(network, "sequential") is network.layers[-1]
