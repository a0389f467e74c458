"""A model's network, for its inputs as they are or for pictures of any size."""

import keras

from base_models.registry import BaseModel
from base_models.settings import TrainSettings
from ground.errors import BadSettings


def build_network(model: BaseModel, classes: int, settings: TrainSettings, any_size: bool = False) -> keras.Model:
    """Build it with random weights; with `any_size` for pictures of shape (None, None, channels).

    Its layers compute with `settings.precision`. Raises `BadSettings` where the network cannot do without a fixed
    size, or gives other probabilities than float32.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(settings.precision)
    try:
        network = _built(model, classes, settings, any_size)
    finally:
        keras.config.set_dtype_policy(before)
    if settings.precision != "float32" and network.output.dtype != "float32":
        raise BadSettings(
            f"Expected probabilities in float32 from {model.name}, received {network.output.dtype}, in which sums are "
            f'not 1. Give its last layer dtype="float32", or set train_by_model.{model.name}.precision=float32.'
        )
    return network


def _built(model: BaseModel, classes: int, settings: TrainSettings, any_size: bool) -> keras.Model:
    shape = model.inputs_for(settings).shape
    if not any_size:
        return model.build(shape, classes, **settings.network)
    try:
        return model.build((None, None, *shape[2:]), classes, **settings.network)
    except (TypeError, ValueError) as error:
        raise BadSettings(
            f"Expected a network for pictures of any size, as small_first trains on two, {model.name} gave: {error} "
            "Let it pool over the whole picture before its last layers, or set "
            f"train_by_model.{model.name}.small_first=0."
        ) from error
