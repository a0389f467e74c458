"""What trained models say of drawings."""

import warnings
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from base_models.quick_layers import quick_layers
from base_models.saved_network import refuse_harm
from base_models.settings import TrainSettings
from features.augmentation import view_transforms
from features.drawings import Drawings
from features.feeds.shards import Source
from features.inputs import ModelInput
from ground.errors import BadData, DoodlestackError, MissingResult

BATCH = 512  # drawings a forward pass; the inputs of one batch at 128 px RGB take 25 MB
DIAGONAL = [[[0, 255], [0, 255]]]  # the strokes of a drawing that any model can look at
REASON = 300  # characters of what Keras says


def predict(
    network: keras.Model, inputs: ModelInput, source: Source, rows: NDArray[np.int64], settings: TrainSettings
) -> NDArray[np.float32]:
    """Class probabilities of the drawings at `rows` of `source`, (len(rows), C); means over `settings.views` looks."""
    classes = network.output_shape[-1]
    probabilities = np.empty((len(rows), classes), np.float32)
    with quick_layers(network):
        for start in _starts(len(rows)):
            drawings = source.take(rows[start : start + BATCH])
            probabilities[start : start + BATCH] = _mean_look(network, inputs, drawings, settings)
    return probabilities


def _mean_look(
    network: keras.Model, inputs: ModelInput, drawings: Drawings, settings: TrainSettings
) -> NDArray[np.float32]:
    transforms = (view_transforms(drawings, settings.augmentation, view) for view in range(settings.views))
    looks = [network.predict_on_batch(inputs.make(drawings, transform)) for transform in transforms]  # each (B, C)
    mean: NDArray[np.float32] = np.mean([keras.ops.convert_to_numpy(look) for look in looks], axis=0)
    return mean


def _starts(count: int) -> list[int]:
    """Where batches begin; jax compiles for each size of batch, so there the last one of several is whole as well."""
    starts = list(range(0, count, BATCH))
    if len(starts) > 1 and keras.backend.backend() == "jax":
        starts[-1] = count - BATCH
    return starts


def load_network(path: Path, inputs: ModelInput | None = None, classes: int | None = None) -> keras.Model:
    """Load a saved `model.keras` without running any code that it brings (Keras `safe_mode`).

    Where `inputs` and `classes` are given, one drawing is shown to it, which it must answer with (1, C) probabilities.
    Raises `MissingResult` where there is no such file, `BadData` where it is damaged or of another kind, or asks for
    more memory than its weights take.
    """
    if not path.is_file():
        raise MissingResult(f"Expected a trained model at {path}, which is not there. Run `doodlestack train` first.")
    try:
        refuse_harm(path)
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # so Keras speaks of layers that it leaves at random weights
            network = keras.models.load_model(path, compile=False, safe_mode=True)
        if inputs is not None:
            _require_answer(network, inputs, classes)
    except DoodlestackError:
        raise
    except Exception as error:  # at damaged files Keras and HDF5 raise errors of all kinds
        first = _first(error)
        raise BadData(
            f"Expected a trained model in {path}, received something else ({type(first).__name__}: "
            f"{str(first)[:REASON]}). Train it anew; layers of your own need their file among the model files."
        ) from error
    return network


def _first(error: BaseException) -> BaseException:
    """What an error came of: Keras wraps it in others that quote whole configurations."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _require_answer(network: keras.Model, inputs: ModelInput, classes: int | None) -> None:
    answer = predict(network, inputs, Drawings.from_strokes([DIAGONAL]), np.zeros(1, np.int64), TrainSettings())
    if answer.shape[1] != classes or not np.isclose(answer.sum(), 1, atol=0.01) or answer.min() < 0:  # also of NaN
        raise ValueError(f"answers such as {answer[0, :3]} of {answer.shape[1]} classes in place of {classes}")
