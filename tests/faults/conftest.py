import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from features.doodles import write_doodles
from pipelines.toml_files import write_toml

ROOT = Path(__file__).resolve().parents[2]
MODEL = '''
import keras
from doodlestack import GrayImage, base_model


@base_model(inputs=GrayImage(size=16), train={"epochs": 30, "batch_size": 32})
def tiny(input_shape, classes):
    """A linear look at a small picture, with all the kinds of state that a training has."""
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    x = keras.layers.Dropout(0.1)(keras.layers.BatchNormalization()(x))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))
'''


@pytest.fixture(scope="session")
def small_settings(tmp_path_factory):
    """A TOML file of a run of seconds: few doodles, a tiny model, two folds, two workers."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "tiny.py").write_text(MODEL)
    write_doodles(folder / "data", drawings_per_class=8, test_per_class=2, raw_share=0.5, seed=1)
    values = {
        "data": str(folder / "data"),
        "folds": 2,
        "models": ["tiny"],
        "model_files": [str(folder / "tiny.py")],
        "workers": 2,
        "deterministic": True,
        "stack": {"methods": ["geometric", "lambdarank"], "ranker_rounds": 3},
    }
    write_toml(folder / "small.toml", values)
    return folder / "small.toml"


@pytest.fixture(scope="session")
def command(small_settings):
    """Makes the command line of a small run into a folder."""
    return lambda out: [sys.executable, "-m", "pipelines", "run", "--settings", str(small_settings), "--out", str(out)]


@pytest.fixture(scope="session")
def undisturbed(command, tmp_path_factory):
    """The folder of a small run that nothing has disturbed."""
    out = tmp_path_factory.mktemp("runs") / "undisturbed"
    subprocess.run(command(out), cwd=ROOT, check=True, capture_output=True)
    yield out
    shutil.rmtree(out)
