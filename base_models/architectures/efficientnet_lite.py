"""EfficientNet-Lite on time-coloured images, from weights that have seen ImageNet: for few drawings a class."""

import keras
from keras import layers

from base_models.architectures.efficientnet_lite_body import Weights, lite_body
from base_models.layers import classifier
from base_models.registry import base_model
from features.inputs import ColorImage

INPUTS, TRAIN = ColorImage(size=64, centred=True), {"learning_rate": 1e-3}


@base_model(inputs=INPUTS, train=TRAIN)
def efficientnet_lite0(
    input_shape: tuple[int | None, ...], classes: int, weights: Weights = "imagenet", dropout: float = 0.2
) -> keras.Model:
    """EfficientNet-Lite0, pretrained on ImageNet: shapes that a few drawings a class cannot teach."""
    return _network("efficientnet_lite0", input_shape, classes, weights, dropout)


@base_model(inputs=INPUTS, train=TRAIN)
def efficientnet_lite1(
    input_shape: tuple[int | None, ...], classes: int, weights: Weights = "imagenet", dropout: float = 0.2
) -> keras.Model:
    """EfficientNet-Lite1, pretrained on ImageNet: a block more in each stage."""
    return _network("efficientnet_lite1", input_shape, classes, weights, dropout)


@base_model(inputs=INPUTS, train=TRAIN)
def efficientnet_lite2(
    input_shape: tuple[int | None, ...], classes: int, weights: Weights = "imagenet", dropout: float = 0.3
) -> keras.Model:
    """EfficientNet-Lite2, pretrained on ImageNet: a block more in each stage, and a tenth wider."""
    return _network("efficientnet_lite2", input_shape, classes, weights, dropout)


def _network(
    name: str, input_shape: tuple[int | None, ...], classes: int, weights: Weights, dropout: float
) -> keras.Model:
    image = keras.Input(input_shape)  # (B, H, W, 1 or 3) uint8
    x = layers.GlobalAveragePooling2D()(lite_body(name, image, weights).output)  # (B, 1280)
    return keras.Model(image, classifier(x, classes, dropout), name=name)
