"""A linear model that tells level lines from upright ones."""

import keras

from base_models.registry import BaseModel
from features.inputs import GrayImage


def lines(input_shape, classes):
    """A linear model on the picture."""
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


LINES = BaseModel("lines", lines, GrayImage(size=32))
