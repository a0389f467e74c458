"""A residual CNN on time-coloured 128 px images."""

import keras
from keras import layers

from base_models.layers import Size, Stages, classifier, conv_block, residual_stages
from base_models.registry import base_model
from features.inputs import ColorImage

# Of the stem, so the stages begin at 16, 16 and 32 px: most of 128 px is empty, and a step by 4 costs a quarter.
STRIDE = {"small": 4, "medium": 4, "large": 2}
STAGES = {
    "small": Stages((40, 80, 160), blocks=1),
    "medium": Stages((64, 128, 256), blocks=2),
    "large": Stages((96, 192, 384), blocks=3),
}


@base_model(inputs=ColorImage(size=128, centred=True))
def rgb128_cnn(input_shape: tuple[int | None, ...], classes: int, size: Size = "small") -> keras.Model:
    """Residual CNN on 128 px time-coloured images: fine detail, and the order in which it was drawn."""
    image = keras.Input(input_shape)  # (B, 128, 128, 3) uint8
    x = layers.Rescaling(1 / 255)(image)
    x = conv_block(x, 24, kernel=7, stride=STRIDE[size])  # (B, 32, 32, 24)
    x = residual_stages(x, STAGES[size])  # (B, 160)
    return keras.Model(image, classifier(x, classes, dropout=0.3), name="rgb128_cnn")
