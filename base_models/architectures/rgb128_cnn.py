"""A residual CNN on time-coloured 128 px images."""

import keras
from keras import layers

from base_models.layers import classifier, conv_block, residual_block
from base_models.registry import base_model
from features.inputs import ColorImage

WIDTHS = (40, 80, 160)  # channels at 16, 8 and 4 px


@base_model(inputs=ColorImage(size=128))
def rgb128_cnn(input_shape: tuple[int | None, ...], classes: int) -> keras.Model:
    """Residual CNN on 128 px time-coloured images: fine detail, and the order in which it was drawn."""
    image = keras.Input(input_shape)  # (B, 128, 128, 3) uint8
    x = layers.Rescaling(1 / 255)(image)
    x = conv_block(x, 24, kernel=7, stride=4)  # (B, 32, 32, 24); most of 128 px is empty, so the stem steps by 4
    for channels in WIDTHS:
        x = conv_block(x, channels, stride=2)
        x = residual_block(x, channels)
    x = layers.GlobalAveragePooling2D()(x)  # (B, 160)
    return keras.Model(image, classifier(x, classes, dropout=0.3), name="rgb128_cnn")
