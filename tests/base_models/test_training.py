import csv
from dataclasses import replace

import numpy as np
import pytest

from base_models.prediction import load_network, predict
from base_models.records import COLUMNS, DONE, TrainingRecord
from base_models.training import train_fold
from features.augmentation import Augmentation
from ground.errors import MissingResult
from oof.folds import fold_of
from tests.base_models.lines import FOLDS, LINES, QUICK
from tests.in_memory import InMemory

pytestmark = [
    pytest.mark.usefixtures("eagerly"),
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning"),
]


def test_the_held_out_fold_takes_no_part_in_training(tmp_path, source):
    train_fold(LINES, source, 1, FOLDS, QUICK, tmp_path, seed=1)
    held_out = np.flatnonzero(fold_of(source.key_id, FOLDS) == 1)
    assert source.taken == set(range(60)) - set(held_out.tolist())


def test_training_writes_its_model_history_and_marker(tmp_path, source):
    network = train_fold(LINES, source, 0, FOLDS, QUICK, tmp_path, seed=1)
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["epoch"], row["epochs"]) for row in rows] == [("1", "2"), ("2", "2")]
    assert all(row["val_map_at_3"] for row in rows)
    done = TrainingRecord.read(tmp_path / DONE)
    assert (done.rows, done.fold, done.parameters) == (36, 0, network.count_params())


def test_a_saved_model_predicts_as_before_and_learned_the_lines(tmp_path, source):
    network = train_fold(LINES, source, 0, FOLDS, QUICK.but(epochs=5), tmp_path, seed=1)
    rows = np.flatnonzero(fold_of(source.key_id, FOLDS) == 0)
    before = predict(network, LINES.inputs, source, rows, QUICK)
    after = predict(load_network(tmp_path / "model.keras"), LINES.inputs, source, rows, QUICK)
    np.testing.assert_array_equal(before, after)
    assert (before.argmax(axis=1) == source.label[rows]).mean() > 0.9


def test_one_seed_gives_one_model_and_another_another(tmp_path, source):
    rows = np.arange(5)
    first, again, other = (
        predict(train_fold(LINES, source, 0, FOLDS, QUICK, tmp_path, seed), LINES.inputs, source, rows, QUICK)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-6


def test_shuffled_labels_are_learned_to_chance_only(tmp_path, source):
    noise = InMemory(replace(source.drawings, label=np.random.default_rng(0).permutation(source.label)), source.classes)
    hits = []
    for fold in range(FOLDS):
        network = train_fold(LINES, noise, fold, FOLDS, QUICK, tmp_path, seed=1)
        rows = np.flatnonzero(fold_of(noise.key_id, FOLDS) == fold)
        hits.append(predict(network, LINES.inputs, noise, rows, QUICK).argmax(axis=1) == noise.label[rows])
    share = np.concatenate(hits).mean()
    assert abs(share - 0.5) < 3 * np.sqrt(0.25 / 60)


def test_what_is_said_of_a_drawing_is_the_mean_of_the_looks_and_does_not_depend_on_its_batch(tmp_path, source):
    settings = QUICK.but(views=3, augmentation=Augmentation(flip=0.5, rotate=10))
    network = train_fold(LINES, source, 0, FOLDS, settings, tmp_path, seed=1)
    rows = np.arange(len(source))
    together = predict(network, LINES.inputs, source, rows, settings)
    alone = np.concatenate([predict(network, LINES.inputs, source, rows[i : i + 1], settings) for i in rows])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    one_look = predict(network, LINES.inputs, source, rows, QUICK)
    assert np.abs(together - one_look).max() > 1e-3


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingResult, match=r"Expected a trained model at .*model\.keras"):
        load_network(tmp_path / "model.keras")
