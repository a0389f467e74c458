"""What trained models say of drawings."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from base_models.settings import TrainSettings
from features.augmentation import view_transforms
from features.feeds.shards import Source
from features.inputs import ModelInput
from ground.errors import MissingResult

BATCH = 512  # drawings a forward pass; the inputs of one batch at 128 px RGB take 25 MB


def predict(
    network: keras.Model, inputs: ModelInput, source: Source, rows: NDArray[np.int64], settings: TrainSettings
) -> NDArray[np.float32]:
    """Class probabilities of the drawings at `rows` of `source`, (len(rows), C); means over `settings.views` looks."""
    classes = network.output_shape[-1]
    probabilities = np.empty((len(rows), classes), np.float32)
    for start in range(0, len(rows), BATCH):
        drawings = source.take(rows[start : start + BATCH])
        looks = [
            network.predict_on_batch(inputs.make(drawings, view_transforms(drawings, settings.augmentation, view)))
            for view in range(settings.views)
        ]  # each (B, C)
        probabilities[start : start + BATCH] = np.mean([keras.ops.convert_to_numpy(look) for look in looks], axis=0)
    return probabilities


def load_network(path: Path) -> keras.Model:
    """Load a saved `model.keras` without running any code that it brings (Keras `safe_mode`)."""
    if not path.is_file():
        raise MissingResult(f"Expected a trained model at {path}, which is not there. Run `doodlestack train` first.")
    return keras.models.load_model(path, compile=False, safe_mode=True)
