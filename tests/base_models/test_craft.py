import csv

import keras
import numpy as np
import pytest

from base_models.prediction import load_network, predict
from base_models.records import DONE, TrainingRecord
from base_models.registry import BaseModel
from base_models.seen import require_unseen
from base_models.training import train_fold
from features.inputs import GrayImage
from ground.errors import BadSettings
from oof.folds import fold_of
from tests.base_models.lines import FOLDS, LINES, QUICK

pytestmark = [
    pytest.mark.usefixtures("eagerly"),
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning"),
]


def pooled(input_shape, classes):
    """A convolution and the mean over the picture, of whatever size."""
    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(4, 3, activation="relu")(keras.layers.Rescaling(1 / 255)(image))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


def normalised(input_shape, classes):
    """A linear model on the normalised picture."""
    image = keras.Input(input_shape)
    x = keras.layers.BatchNormalization()(keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image)))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


def half(input_shape, classes):
    """A dense layer, and the softmax in full precision."""
    image = keras.Input(input_shape)
    x = keras.layers.Dense(8)(keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image)))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax", dtype="float32")(x))


NORMALISED = BaseModel("normalised", normalised, GrayImage(size=8))
HALF = BaseModel("half", half, GrayImage(size=16))
FLEXIBLE = BaseModel("pooled", pooled, GrayImage(size=32))


def test_averaged_weights_are_saved_with_statistics_of_their_own(tmp_path, source):
    last, averaged = (
        train_fold(NORMALISED, source, 0, FOLDS, QUICK.but(epochs=3, ema=ema), tmp_path / str(ema), seed=1)
        for ema in (0.0, 0.8)
    )
    differences = [np.abs(a - b).max() for a, b in zip(last.get_weights(), averaged.get_weights(), strict=True)]
    assert min(differences) > 1e-6
    saved = load_network(tmp_path / "0.8" / "model.keras").get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(saved, averaged.get_weights(), strict=True))


class Remembered(keras.callbacks.Callback):
    """The trained weights at the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append([np.array(weight) for weight in self.model.trainable_variables])


def test_the_mean_of_the_last_epochs_is_saved_with_statistics_of_its_own(tmp_path, source):
    seen, settings = Remembered(), QUICK.but(epochs=4, average_checkpoints=3)
    network = train_fold(NORMALISED, source, 0, FOLDS, settings, tmp_path, seed=1, lookers_on=[seen])
    for given, *of_epochs in zip(network.trainable_variables, *seen.weights[1:], strict=True):
        np.testing.assert_allclose(np.array(given), np.mean(of_epochs, axis=0), rtol=1e-5, atol=1e-7)
    last = train_fold(NORMALISED, source, 0, FOLDS, QUICK.but(epochs=4), tmp_path / "last", seed=1)
    moving = [
        [np.array(weight) for weight in one.non_trainable_variables if "moving" in weight.name]
        for one in (network, last)
    ]
    assert all(np.abs(a - b).max() > 1e-6 for a, b in zip(*moving, strict=True))
    saved = load_network(tmp_path / "model.keras").get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(saved, network.get_weights(), strict=True))


def test_dropped_drawings_are_not_trained_on_yet_predicted_and_recorded(tmp_path, source):
    source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
    settings = QUICK.but(unrecognized="drop", inner_validation=0.0)
    network = train_fold(LINES, source, 1, FOLDS, settings, tmp_path, seed=1)
    outside = fold_of(source.key_id, FOLDS) != 1
    assert source.taken == set(np.flatnonzero(outside & (source.recognized == 1)).tolist())
    require_unseen(TrainingRecord.read(tmp_path / DONE).seen, source.key_id, 1, FOLDS)
    assert predict(network, LINES.inputs, source, np.flatnonzero(~outside), settings).shape == (20, 2)


def test_without_a_fold_all_but_the_dropped_drawings_are_learnt(tmp_path, source):
    source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
    settings = QUICK.but(unrecognized="drop", inner_validation=0.0)
    train_fold(LINES, source, None, FOLDS, settings, tmp_path, seed=1)
    assert source.taken == set(np.flatnonzero(source.recognized).tolist())


@pytest.mark.parametrize(
    "changes", [{"mixup": 0.3}, {"cutmix": 1.0}, {"unrecognized": 0.1}, {"balance_classes": True}], ids=str
)
def test_a_model_learns_the_lines_by_each_setting_and_its_scores_are_of_the_drawings_own_labels(
    changes, tmp_path, source
):
    source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
    settings = QUICK.but(epochs=12, label_smoothing=0.0, **changes)
    network = train_fold(LINES, source, 0, FOLDS, settings, tmp_path, seed=1)
    rows = np.flatnonzero(fold_of(source.key_id, FOLDS) == 0)
    assert (predict(network, LINES.inputs, source, rows, settings).argmax(axis=1) == source.label[rows]).mean() > 0.9
    with (tmp_path / "history.csv").open() as file:
        last = list(csv.DictReader(file))[-1]
    assert float(last["accuracy"]) > 0.8  # also of mixed drawings, of which half or more is the own one
    assert float(last["val_accuracy"]) == 1.0


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_a_model_of_half_precision_gives_probabilities_in_float32_and_is_saved_as_it_is(precision, tmp_path, source):
    settings = QUICK.but(epochs=5, precision=precision, ema=0.5)
    network = train_fold(HALF, source, 0, FOLDS, settings, tmp_path, seed=1)
    assert [layer.compute_dtype for layer in network.layers[-2:]] == [precision.removeprefix("mixed_"), "float32"]
    assert {weight.dtype for weight in network.trainable_variables} == {"float32"}
    rows = np.arange(60)
    before = predict(network, HALF.inputs, source, rows, settings)
    after = predict(load_network(tmp_path / "model.keras"), HALF.inputs, source, rows, settings)
    np.testing.assert_array_equal(before, after)
    np.testing.assert_allclose(before.sum(axis=1), 1, atol=1e-6)
    assert keras.config.dtype_policy().name == "float32"


def test_probabilities_in_half_precision_are_refused(tmp_path, source):
    with pytest.raises(
        BadSettings, match=r"in float32 from lines, received bfloat16.*train_by_model\.lines\.precision"
    ):
        train_fold(LINES, source, 0, FOLDS, QUICK.but(precision="mixed_bfloat16"), tmp_path, seed=1)


def test_epochs_on_small_pictures_are_numbered_on_by_those_on_whole_ones(tmp_path, source):
    train_fold(FLEXIBLE, source, 0, FOLDS, QUICK.but(epochs=4, small_first=0.5), tmp_path, seed=1)
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert load_network(tmp_path / "model.keras").input_shape == (None, None, None, 1)


def test_a_network_of_one_size_is_refused_where_small_pictures_come_first(tmp_path, source):
    with pytest.raises(BadSettings, match=r"pictures of any size.*train_by_model\.lines\.small_first=0"):
        train_fold(LINES, source, 0, FOLDS, QUICK.but(small_first=0.5), tmp_path, seed=1)
