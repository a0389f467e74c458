"""A model's network, for its inputs as they are or for pictures of any size."""

import keras

from base_models.registry import BaseModel
from base_models.settings import TrainSettings
from ground.errors import BadSettings


def build_network(model: BaseModel, classes: int, settings: TrainSettings, any_size: bool = False) -> keras.Model:
    """Build it with random weights; with `any_size` for pictures of shape (None, None, channels).

    Raises `BadSettings` where the network cannot do without a fixed size.
    """
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
