"""What trained models say of drawings."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from features.feeds.shards import Source
from features.inputs import ModelInput
from ground.errors import MissingResult

BATCH = 512  # drawings a forward pass; the inputs of one batch at 128 px RGB take 25 MB


def predict(network: keras.Model, inputs: ModelInput, source: Source, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Class probabilities of the drawings at `rows` of `source`, (len(rows), C)."""
    classes = network.output_shape[-1]
    probabilities = np.empty((len(rows), classes), np.float32)
    for start in range(0, len(rows), BATCH):
        batch = inputs.make(source.take(rows[start : start + BATCH]))  # (B, …)
        probabilities[start : start + BATCH] = keras.ops.convert_to_numpy(network.predict_on_batch(batch))
    return probabilities


def load_network(path: Path) -> keras.Model:
    """Load a saved `model.keras` without running any code that it brings (Keras `safe_mode`)."""
    if not path.is_file():
        raise MissingResult(f"Expected a trained model at {path}, which is not there. Run `doodlestack train` first.")
    return keras.models.load_model(path, compile=False, safe_mode=True)
