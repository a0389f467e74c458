"""That models trained for the same time are compared as promised; no timing is asserted."""

import numpy as np
import pytest

from pipelines.layers import Layer, resolve
from pipelines.report.answers import Answers
from pipelines.run_folder import RunFolder
from tests.benchmarks.equal_time import BASELINE, ahead, equal_times

pytestmark = [
    pytest.mark.usefixtures("eagerly"),
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning"),
]
MODELS = """
import keras
from doodlestack import GrayImage, base_model


def dense(input_shape, classes):
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


@base_model(inputs=GrayImage(size=16))
def dense_of_16(input_shape, classes):
    return dense(input_shape, classes)


@base_model(inputs=GrayImage(size=8))
def dense_of_8(input_shape, classes):
    return dense(input_shape, classes)
"""
NAMES = ["dense_of_16", "dense_of_8"]


def test_every_model_trains_for_about_the_same_time_and_gets_its_row(tmp_path):
    (tmp_path / "models.py").write_text(MODELS)
    given = {
        "doodles": {"drawings_per_class": 6, "test_per_class": 1},
        "models": NAMES,
        "model_files": [str(tmp_path / "models.py")],
        "folds": 2,
        "workers": 1,
    }
    settings = resolve([Layer(given, "the test")])
    tables = equal_times(tmp_path / "run", settings, minutes=0.01)
    rows = {row.what.split(" (")[0]: row.value for table in tables.values() for row in table}
    for name in NAMES:
        assert 0 <= rows[f"{name}: accuracy"] <= rows[f"{name}: MAP@3"] <= 1
        assert rows[f"{name}: epochs"] >= 1
        assert rows[f"{name}: weights"] == int(name.split("_")[-1]) ** 2 * 20 + 20
    assert rows["dense_of_16, dense_of_8: wrong together ÷ if independent"] > 0
    assert not tables[f"ahead of {BASELINE}"]  # which is not among them
    before = RunFolder(tmp_path / "run").settings.read_text()
    assert equal_times(tmp_path / "run", settings, minutes=0.01) == tables  # nothing is trained again
    assert RunFolder(tmp_path / "run").settings.read_text() == before


def test_ahead_of_the_baseline_are_the_picture_models_and_the_better_stroke_model():
    random = np.random.default_rng(1)
    label = random.integers(0, 3, 400).astype(np.int16)

    def answers(name, share):
        first = np.where(random.random(400) < share, label, (label + 1) % 3).astype(np.int16)
        classes = np.stack([first, np.full(400, 3, np.int16), np.full(400, 4, np.int16)], axis=1)
        return Answers(name, label, classes, np.zeros((400, 3), np.float32))

    shares = {BASELINE: 0.5, "gray64_cnn": 0.9, "rgb128_cnn": 0.2, "stroke_lstm": 0.55, "point_transformer": 0.8}
    rows = ahead({name: answers(name, share) for name, share in shares.items()})
    held = {row.what.split(":")[0]: row.holds for row in rows if row.bar is not None}
    assert held == {"gray64_cnn": True, "rgb128_cnn": False, "point_transformer": True}
    gain = next(row.value for row in rows if row.what.startswith("gray64_cnn ("))
    assert gain == pytest.approx(0.4, abs=0.06)
