import csv
from itertools import count

import keras
import numpy as np
import pytest

from base_models.averages import EpochAverage
from base_models.checkpoint import SECONDS, Checkpoint, Position, seconds_apart
from base_models.records import DONE, STATE, TrainingRecord
from base_models.registry import BaseModel
from base_models.settings import TrainSettings
from base_models.training import train_fold
from features.augmentation import Augmentation
from features.inputs import GrayImage
from ground.errors import BadData, BadSettings, RunChanged
from tests.in_memory import level_and_upright

pytestmark = [
    pytest.mark.usefixtures("eagerly"),
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning"),
]
FOLDS = 3
SETTINGS = TrainSettings(
    epochs=3, batch_size=8, inner_validation=0.1, small_first=0.4, augmentation=Augmentation(rotate=20)
)
CRAFT = SETTINGS.but(
    mixup=0.2, cutmix=1.0, unrecognized=0.5, balance_classes=True, average_checkpoints=2, precision="mixed_float16"
)
CHECKS = 3 * 5 - 1  # that a whole training makes: 5 steps an epoch, before each but the first, and after the last


def with_state(input_shape, classes):
    """Everything that has a state of its own: moving statistics, the luck of dropout."""
    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(4, 3)(keras.layers.Rescaling(1 / 255)(image))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dropout(0.3)(x)
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax", dtype="float32")(x))


MODEL = BaseModel("with_state", with_state, GrayImage(size=16))


def train(out, stop=lambda: False, settings=SETTINGS):
    source = level_and_upright()
    source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
    return train_fold(MODEL, source, 0, FOLDS, settings, out, seed=1, stop=stop)


def at_check(number):
    """A stop that is asked for at this look."""
    looks = count(1)
    return lambda: next(looks) == number


def train_in_parts(out, checks, settings=SETTINGS):
    """Stopped at every so many looks and begun again, until it is through; gives the network and the parts."""
    for part in count(1):
        try:
            return train(out, at_check(checks), settings), part
        except KeyboardInterrupt:
            assert (out / STATE).exists()


def weights(network):
    return [np.array(weight) for weight in network.get_weights()]


def history(out):
    with (out / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def without_time(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.fixture(scope="module")
def whole(eagerly, tmp_path_factory):
    """The network and the folder of a training without a stop."""
    out = tmp_path_factory.mktemp("whole")
    return train(out), out


@pytest.mark.parametrize("checks", [1, 2, 4, 7])
def test_a_training_in_parts_gives_the_weights_and_the_history_of_one_without_a_stop(whole, tmp_path, checks):
    network, parts = train_in_parts(tmp_path, checks)
    assert parts > CHECKS // checks
    for here, there in zip(weights(network), weights(whole[0]), strict=True):
        np.testing.assert_array_equal(here, there)
    assert without_time(history(tmp_path)) == without_time(history(whole[1]))


def test_settings_that_have_a_state_or_luck_of_their_own_go_on_where_they_were(tmp_path):
    network, parts = train_in_parts(tmp_path / "parted", 4, CRAFT)
    assert parts > 3
    for here, there in zip(weights(network), weights(train(tmp_path / "whole", settings=CRAFT)), strict=True):
        np.testing.assert_array_equal(here, there)
    assert without_time(history(tmp_path / "parted")) == without_time(history(tmp_path / "whole"))


def test_the_state_goes_when_the_model_is_there(whole):
    assert sorted(path.name for path in whole[1].iterdir()) == ["done.json", "history.csv", "model.keras"]


def test_time_counts_from_the_first_part_on(tmp_path):
    train_in_parts(tmp_path, 5)
    seconds = [float(row["seconds"]) for row in history(tmp_path)]
    assert seconds == sorted(seconds)
    assert TrainingRecord.read(tmp_path / DONE).seconds >= seconds[-1] - 0.1


def test_the_state_of_another_training_is_refused(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, at_check(3))
    with pytest.raises(RunChanged, match=r"Expected the state of with_state .* received that of .*Delete it"):
        train(tmp_path, settings=SETTINGS.but(learning_rate=1e-3))


def test_a_state_of_other_shapes_is_refused(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, at_check(3))
    with np.load(tmp_path / STATE) as held:
        arrays = {name: held[name] for name in held.files if name != "network 0"}
    np.savez(tmp_path / STATE, **arrays)
    with pytest.raises(RunChanged, match=r"arrays of the network in .*saved by other code. Delete it"):
        train(tmp_path)


@pytest.mark.parametrize("keep", [0, 100, 5000])
def test_a_damaged_state_is_refused(tmp_path, keep):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, at_check(3))
    held = (tmp_path / STATE).read_bytes()
    (tmp_path / STATE).write_bytes(held[:keep])
    with pytest.raises(BadData, match=r"state\.npz"):
        train(tmp_path)


@pytest.mark.parametrize("asked", ["soon", "-1", "nan", "inf"])
def test_seconds_that_are_none_are_refused(monkeypatch, asked):
    monkeypatch.setenv(SECONDS, asked)
    with pytest.raises(BadSettings, match=f"Expected a number of seconds from 0 in {SECONDS}, received '{asked}'"):
        seconds_apart()


def test_a_state_is_saved_each_time_that_the_seconds_are_over(monkeypatch, tmp_path):
    monkeypatch.setenv(SECONDS, "0")
    saved = []
    monkeypatch.setattr(Checkpoint, "_save", lambda checkpoint, position: saved.append(position))
    train(tmp_path)
    within = [Position(epoch, step) for epoch in range(3) for step in range(1, 5)]
    assert saved == sorted([*within, Position(1), Position(2), Position(3)], key=lambda at: (at.epoch, at.step))


def test_without_a_state_a_training_begins_at_the_beginning(tmp_path):
    assert Checkpoint(tmp_path / STATE, "a training", lambda: False, EpochAverage(0)).position == Position(0, 0)
