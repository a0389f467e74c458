"""A linear model that tells level lines from upright ones."""

import keras

from base_models.registry import BaseModel
from base_models.settings import TrainSettings
from features.inputs import GrayImage

FOLDS = 3
QUICK = TrainSettings(epochs=2, batch_size=16, inner_validation=0.1)


def lines(input_shape, classes):
    """A linear model on the picture."""
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


LINES = BaseModel("lines", lines, GrayImage(size=32))
