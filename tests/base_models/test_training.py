import csv
from dataclasses import replace

import keras
import numpy as np
import pytest

from base_models.plan import inputs_by_epoch
from base_models.prediction import load_network, predict
from base_models.records import COLUMNS, DONE, TrainingRecord
from base_models.registry import BaseModel, load_models
from base_models.seen import require_unseen
from base_models.settings import TrainSettings
from base_models.training import train_fold
from features.augmentation import Augmentation
from features.drawings import Drawings
from features.inputs import ColorImage, GrayImage, StrokeSequence
from ground.errors import BadSettings, MissingResult
from oof.folds import fold_of

pytestmark = [
    pytest.mark.usefixtures("eagerly"),
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning"),
]
load_models()
FOLDS = 3
QUICK = TrainSettings(epochs=2, batch_size=16, inner_validation=0.1)


@pytest.mark.parametrize(
    ("epochs", "rows", "passes"),
    [(20, 10, 20), ("160000 drawings", 10_800, 15), ("160000 drawings", 6_200, 26), ("5 drawings", 1_000, 1)],
)
def test_epochs_are_counted_or_follow_from_the_drawings_to_see(epochs, rows, passes):
    assert TrainSettings(epochs=epochs).passes(rows) == passes


@pytest.mark.parametrize("epochs", ["many", 0, "0 drawings", 2.5, True])
def test_epochs_that_say_nothing_are_refused(epochs):
    with pytest.raises(BadSettings, match=r'epochs: .*such as 20, or drawings to see in all such as "160000 drawings"'):
        TrainSettings.of({"epochs": epochs})


class InMemory:
    """Drawings with the manners of shards, remembering which rows were asked for."""

    def __init__(self, drawings, classes):
        self.drawings, self.classes = drawings, classes
        self.key_id, self.label, self.recognized = drawings.key_id, drawings.label, drawings.recognized
        self.taken = set()

    def __len__(self):
        return len(self.drawings)

    def take(self, rows):
        self.taken.update(np.asarray(rows).tolist())
        return self.drawings[rows]


def small(input_shape, classes):
    """A linear model on the picture."""
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


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
LINEAR = BaseModel("small", small, GrayImage(size=32))
FLEXIBLE = BaseModel("pooled", pooled, GrayImage(size=32))


@pytest.fixture
def source():
    """60 lines, level (class 0) or upright (class 1), over all folds."""
    strokes = [[[[0, 255], [place, place]]] if place % 2 else [[[place, place], [0, 255]]] for place in range(60)]
    key_id = 10**15 + np.arange(60) // 2 * 10**7
    return InMemory(Drawings.from_strokes(strokes, key_id, label=np.arange(60) % 2), ("level", "upright"))


def test_the_held_out_fold_takes_no_part_in_training(tmp_path, source):
    train_fold(LINEAR, source, 1, FOLDS, QUICK, tmp_path, seed=1)
    held_out = np.flatnonzero(fold_of(source.key_id, FOLDS) == 1)
    assert source.taken == set(range(60)) - set(held_out.tolist())


def test_training_writes_its_model_history_and_marker(tmp_path, source):
    network = train_fold(LINEAR, source, 0, FOLDS, QUICK, tmp_path, seed=1)
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["epoch"], row["epochs"]) for row in rows] == [("1", "2"), ("2", "2")]
    assert all(row["val_map_at_3"] for row in rows)
    done = TrainingRecord.read(tmp_path / DONE)
    assert (done.rows, done.fold, done.parameters) == (36, 0, network.count_params())


def test_a_saved_model_predicts_as_before_and_learned_the_lines(tmp_path, source):
    network = train_fold(LINEAR, source, 0, FOLDS, QUICK.but(epochs=5), tmp_path, seed=1)
    rows = np.flatnonzero(fold_of(source.key_id, FOLDS) == 0)
    before = predict(network, LINEAR.inputs, source, rows, QUICK)
    after = predict(load_network(tmp_path / "model.keras"), LINEAR.inputs, source, rows, QUICK)
    np.testing.assert_array_equal(before, after)
    assert (before.argmax(axis=1) == source.label[rows]).mean() > 0.9


def test_one_seed_gives_one_model_and_another_another(tmp_path, source):
    rows = np.arange(5)
    first, again, other = (
        predict(train_fold(LINEAR, source, 0, FOLDS, QUICK, tmp_path, seed), LINEAR.inputs, source, rows, QUICK)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-6


def test_shuffled_labels_are_learned_to_chance_only(tmp_path, source):
    noise = InMemory(replace(source.drawings, label=np.random.default_rng(0).permutation(source.label)), source.classes)
    hits = []
    for fold in range(FOLDS):
        network = train_fold(LINEAR, noise, fold, FOLDS, QUICK, tmp_path, seed=1)
        rows = np.flatnonzero(fold_of(noise.key_id, FOLDS) == fold)
        hits.append(predict(network, LINEAR.inputs, noise, rows, QUICK).argmax(axis=1) == noise.label[rows])
    share = np.concatenate(hits).mean()
    assert abs(share - 0.5) < 3 * np.sqrt(0.25 / 60)


@pytest.mark.parametrize(
    ("inputs", "small_first", "sizes"),
    [
        (GrayImage(size=64), 0.5, [32, 32, 64, 64]),
        (GrayImage(size=64), 0.0, [64] * 4),
        (ColorImage(size=128), 0.9, [128] * 4),  # rounded to all of them, of which the last must be whole
        (StrokeSequence(length=64), 0.5, [64] * 4),
    ],
)
def test_small_pictures_come_first_and_whole_ones_at_the_end(inputs, small_first, sizes):
    given = inputs_by_epoch(inputs, epochs=4, small_first=small_first)
    assert [one.shape[0] for one in given] == sizes


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


def test_more_epochs_to_average_than_there_are_are_refused(tmp_path, source):
    with pytest.raises(BadSettings, match=r"received 2 and average_checkpoints=3. .*small.average_checkpoints to 2"):
        train_fold(LINEAR, source, 0, FOLDS, QUICK.but(average_checkpoints=3), tmp_path, seed=1)


def test_dropped_drawings_are_not_trained_on_yet_predicted_and_recorded(tmp_path, source):
    source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
    settings = QUICK.but(unrecognized="drop", inner_validation=0.0)
    network = train_fold(LINEAR, source, 1, FOLDS, settings, tmp_path, seed=1)
    outside = fold_of(source.key_id, FOLDS) != 1
    assert source.taken == set(np.flatnonzero(outside & (source.recognized == 1)).tolist())
    require_unseen(TrainingRecord.read(tmp_path / DONE).seen, source.key_id, 1, FOLDS)
    assert predict(network, LINEAR.inputs, source, np.flatnonzero(~outside), settings).shape == (20, 2)


def test_without_a_fold_all_but_the_dropped_drawings_are_learnt(tmp_path, source):
    source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
    settings = QUICK.but(unrecognized="drop", inner_validation=0.0)
    train_fold(LINEAR, source, None, FOLDS, settings, tmp_path, seed=1)
    assert source.taken == set(np.flatnonzero(source.recognized).tolist())


def test_drawings_none_of_which_was_recognised_are_not_silently_all_dropped(tmp_path, source):
    source.recognized = np.zeros(60, np.int8)
    with pytest.raises(BadSettings, match="Expected recognised drawings outside fold 0 of 3, received none"):
        train_fold(LINEAR, source, 0, FOLDS, QUICK.but(unrecognized="drop"), tmp_path, seed=1)


@pytest.mark.parametrize(
    "changes", [{"mixup": 0.3}, {"cutmix": 1.0}, {"unrecognized": 0.1}, {"balance_classes": True}], ids=str
)
def test_a_model_learns_the_lines_by_each_setting_and_its_scores_are_of_the_drawings_own_labels(
    changes, tmp_path, source
):
    source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
    settings = QUICK.but(epochs=12, label_smoothing=0.0, **changes)
    network = train_fold(LINEAR, source, 0, FOLDS, settings, tmp_path, seed=1)
    rows = np.flatnonzero(fold_of(source.key_id, FOLDS) == 0)
    assert (predict(network, LINEAR.inputs, source, rows, settings).argmax(axis=1) == source.label[rows]).mean() > 0.9
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
        BadSettings, match=r"in float32 from small, received bfloat16.*train_by_model\.small\.precision"
    ):
        train_fold(LINEAR, source, 0, FOLDS, QUICK.but(precision="mixed_bfloat16"), tmp_path, seed=1)


def test_epochs_on_small_pictures_are_numbered_on_by_those_on_whole_ones(tmp_path, source):
    train_fold(FLEXIBLE, source, 0, FOLDS, QUICK.but(epochs=4, small_first=0.5), tmp_path, seed=1)
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert load_network(tmp_path / "model.keras").input_shape == (None, None, None, 1)


def test_a_network_of_one_size_is_refused_where_small_pictures_come_first(tmp_path, source):
    with pytest.raises(BadSettings, match=r"pictures of any size.*train_by_model\.small\.small_first=0"):
        train_fold(LINEAR, source, 0, FOLDS, QUICK.but(small_first=0.5), tmp_path, seed=1)


def test_what_is_said_of_a_drawing_is_the_mean_of_the_looks_and_does_not_depend_on_its_batch(tmp_path, source):
    settings = QUICK.but(views=3, augmentation=Augmentation(flip=0.5, rotate=10))
    network = train_fold(LINEAR, source, 0, FOLDS, settings, tmp_path, seed=1)
    rows = np.arange(len(source))
    together = predict(network, LINEAR.inputs, source, rows, settings)
    alone = np.concatenate([predict(network, LINEAR.inputs, source, rows[i : i + 1], settings) for i in rows])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    one_look = predict(network, LINEAR.inputs, source, rows, QUICK)
    assert np.abs(together - one_look).max() > 1e-3


def test_nothing_to_train_on_is_said(tmp_path, source):
    lonely = InMemory(source.drawings[fold_of(source.key_id, FOLDS) == 0], source.classes)
    with pytest.raises(BadSettings, match="Expected drawings outside fold 0 of 3, received none"):
        train_fold(LINEAR, lonely, 0, FOLDS, QUICK, tmp_path, seed=1)


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingResult, match=r"Expected a trained model at .*model\.keras"):
        load_network(tmp_path / "model.keras")
