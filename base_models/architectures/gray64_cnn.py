"""A residual CNN on grey 64 px images."""

import keras
from keras import layers

from base_models.layers import Size, Stages, classifier, conv_block, residual_stages
from base_models.registry import base_model
from features.inputs import GrayImage

STRIDE = {"small": 2, "medium": 2, "large": 1}  # of the stem, and so the stages begin at 16, 16 and 32 px
STAGES = {
    "small": Stages((40, 80, 160), blocks=1),
    "medium": Stages((64, 128, 256), blocks=2),
    "large": Stages((96, 192, 384), blocks=3),
}


@base_model(inputs=GrayImage(size=64, centred=True))
def gray64_cnn(input_shape: tuple[int | None, ...], classes: int, size: Size = "small") -> keras.Model:
    """Residual CNN on 64 px grey images: what was drawn, without order or time."""
    image = keras.Input(input_shape)  # (B, 64, 64, 1) uint8
    x = layers.Rescaling(1 / 255)(image)
    x = conv_block(x, 16, kernel=5, stride=STRIDE[size])  # (B, 32, 32, 16)
    x = residual_stages(x, STAGES[size])  # (B, 160)
    return keras.Model(image, classifier(x, classes, dropout=0.3), name="gray64_cnn")
