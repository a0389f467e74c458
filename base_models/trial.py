"""A first look at drawings by a network that is not trained yet: whether it can be built, fed and believed."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from base_models.building import build_network
from base_models.discriminant import last_layer
from base_models.footprint import Footprint, footprint_of
from base_models.prediction import load_network
from base_models.registry import BaseModel
from base_models.settings import TrainSettings
from base_models.transfer import start_from
from features.drawings import Drawings
from features.inputs import ModelInput
from ground.errors import BadSettings

TOLERANCE = 0.01  # of a row's sum from 1, as out-of-fold stores have it


def try_network(
    model: BaseModel, settings: TrainSettings, classes: int, drawings: Drawings, earlier: Path | None = None
) -> Footprint:
    """Build `model`, let it look at `drawings` through its own inputs, and give its footprint.

    With `small_first` also through inputs of half the size; with `earlier` from the weights of that saved model.
    Raises `BadSettings` where it does not give probabilities of `classes` classes, `earlier` is another network, or
    its last layer can't take the discriminant that is asked for; whatever the model's own code raises comes through.
    """
    inputs = model.inputs_for(settings)
    network = build_network(model, classes, settings)
    if earlier is not None:
        start_from(network, load_network(earlier))
    _require_probabilities(model, network, inputs, drawings, classes)
    if settings.discriminant:
        last_layer(network, model.name)
    small = inputs.halved() if settings.small_first else None
    if small is not None:
        of_any_size = build_network(model, classes, settings, any_size=True)
        for size in (small, inputs):
            _require_probabilities(model, of_any_size, size, drawings, classes)
    footprint = model.footprint(inputs.shape[0], classes) if model.footprint else footprint_of(network)
    keras.utils.clear_session()
    return footprint


def _require_probabilities(
    model: BaseModel, network: keras.Model, inputs: ModelInput, drawings: Drawings, classes: int
) -> None:
    given: Any = keras.ops.convert_to_numpy(network.predict_on_batch(inputs.make(drawings)))
    if given.shape != (len(drawings), classes):
        raise BadSettings(
            f"Expected probabilities of shape {(len(drawings), classes)} from {model.name}, received {given.shape}. "
            "Let it end in a Dense layer of `classes` outputs and softmax."
        )
    if not (np.abs(given.sum(axis=1, dtype=np.float64) - 1) <= TOLERANCE).all() or given.min() < 0:  # also of NaN
        raise BadSettings(
            f"Expected rows of probabilities, 0 or more and of sum 1, from {model.name}, received sums from "
            f"{given.sum(axis=1).min():.4g} to {given.sum(axis=1).max():.4g}. Let it end in softmax."
        )
