import csv
import shutil

import numpy as np
import pytest

from pipelines.layers import Layer, resolve
from pipelines.run import run
from pipelines.run_folder import RunFolder

FIGURES = {
    "cross": [[[0, 255], [128, 128]], [[128, 128], [0, 255]]],
    "ice cream": [[[0, 128, 255, 0], [0, 255, 0, 0]], [[60, 200], [0, 10]]],
    "line": [[[0, 255], [0, 0]]],
    "square": [[[0, 255, 255, 0, 0], [0, 0, 255, 255, 0]]],
}
A_CLASS, TO_TEST = 30, 10

TINY_MODEL = '''
import keras
from doodlestack import GrayImage, base_model


@base_model(inputs=GrayImage(size=32), train={"epochs": 2, "batch_size": 16})
def tiny(input_shape, classes):
    """A linear look at a small picture."""
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))
'''


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A competition of 4 classes in Kaggle's layout: wobbly figures, 30 a class to train on and 10 to predict."""
    folder, rng = tmp_path_factory.mktemp("competition"), np.random.default_rng(0)
    key_ids = iter((10**15 + rng.permutation(1000) * 10**7).tolist())
    (folder / "train_simplified").mkdir()
    for word in FIGURES:
        rows = [
            ["US", wobbly(word, rng), next(key_ids), "True", "2017-03-05 17:55:05.16734", word] for _ in range(A_CLASS)
        ]
        header = ["countrycode", "drawing", "key_id", "recognized", "timestamp", "word"]
        write(folder / "train_simplified" / f"{word}.csv", header, rows)
    test = [[next(key_ids), "US", wobbly(word, rng)] for word in [*FIGURES, *FIGURES, *FIGURES][:TO_TEST]]
    write(folder / "test_simplified.csv", ["key_id", "countrycode", "drawing"], test)
    write(folder / "sample_submission.csv", ["key_id", "word"], [[row[0], "line cross square"] for row in test])
    return folder


@pytest.fixture(scope="session")
def settings(data, tmp_path_factory):
    """Settings of a run of seconds: a user's own tiny model, two folds, in this process."""
    file = tmp_path_factory.mktemp("models") / "tiny.py"
    file.write_text(TINY_MODEL)
    values = {
        "data": str(data),
        "folds": 2,
        "models": ["tiny"],
        "model_files": [str(file)],
        "workers": 1,
        "stack": {"methods": ["mean", "geometric", "lambdarank"], "ranker_rounds": 3},
    }
    return resolve([Layer(values, "the test")])


@pytest.fixture(scope="session")
def finished_once(settings, tmp_path_factory):
    """A finished run; not to be changed."""
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "finished")
    run(folder.root, settings)
    return folder


@pytest.fixture
def finished(finished_once, tmp_path):
    """A finished run of one's own."""
    shutil.copytree(finished_once.root, tmp_path / "run")
    return RunFolder(tmp_path / "run")


def wobbly(word, rng):
    """A figure with every point moved a little, as JSON."""
    moved = [np.clip(np.array(stroke) + rng.integers(-12, 13, np.shape(stroke)), 0, 255) for stroke in FIGURES[word]]
    return str([stroke.tolist() for stroke in moved])


def write(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
