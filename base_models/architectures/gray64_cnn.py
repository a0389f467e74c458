"""A residual CNN on grey 64 px images."""

import keras
from keras import layers

from base_models.layers import classifier, conv_block, residual_block
from base_models.registry import base_model
from features.inputs import GrayImage

WIDTHS = (40, 80, 160)  # channels at 16, 8 and 4 px


@base_model(inputs=GrayImage(size=64))
def gray64_cnn(input_shape: tuple[int | None, ...], classes: int) -> keras.Model:
    """Residual CNN on 64 px grey images: what was drawn, without order or time."""
    image = keras.Input(input_shape)  # (B, 64, 64, 1) uint8
    x = layers.Rescaling(1 / 255)(image)
    x = conv_block(x, 16, kernel=5, stride=2)  # (B, 32, 32, 16)
    for channels in WIDTHS:
        x = conv_block(x, channels, stride=2)
        x = residual_block(x, channels)
    x = layers.GlobalAveragePooling2D()(x)  # (B, 160)
    return keras.Model(image, classifier(x, classes, dropout=0.3), name="gray64_cnn")
