"""A run of seconds that has every step: few doodles, a tiny model, two folds, two workers."""

from pathlib import Path

from features.doodles import write_doodles
from pipelines.toml_files import write_toml

MODEL = '''
import keras
from doodlestack import GrayImage, base_model


@base_model(inputs=GrayImage(size=16))
def tiny(input_shape, classes):
    """A linear look at a small picture, with all the kinds of state that a training has."""
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    x = keras.layers.Dropout(0.1)(keras.layers.BatchNormalization()(x))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))
'''


def write_small_settings(folder: Path) -> Path:
    """Write drawings, a model and a TOML file of settings into `folder`; gives the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.py").write_text(MODEL)
    write_doodles(folder / "data", drawings_per_class=8, test_per_class=2, raw_share=0.5, seed=1)
    values = {
        "data": str(folder / "data"),
        "folds": 2,
        "models": ["tiny"],
        "model_files": [str(folder / "tiny.py")],
        "workers": 2,
        "train": {"epochs": 24, "batch_size": 4},  # 480 steps a fold: long enough to be met many times
        "deterministic": True,
        "stack": {"methods": ["geometric", "lambdarank"], "ranker_rounds": 3},
    }
    write_toml(folder / "small.toml", values)
    return folder / "small.toml"
