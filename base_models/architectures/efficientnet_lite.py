"""EfficientNet-Lite on time-coloured images, from weights that have seen ImageNet: for few drawings a class."""

from collections.abc import Iterator
from math import ceil
from typing import Literal, NamedTuple

import keras
from keras import layers, ops

from base_models.architectures.efficientnet_lite_weights import give_imagenet_weights
from base_models.layers import MOMENTUM, DepthwiseConv2D, classifier, require_pictures
from base_models.registry import base_model
from features.inputs import ColorImage

Weights = Literal["imagenet", ""]

EPSILON = 1e-3  # of its batch normalisations, when it learned ImageNet


class Stage(NamedTuple):
    """Blocks of one width."""

    expansion: int  # channels of a block's inside, by those of its input
    channels: int
    blocks: int
    kernel: int
    stride: int  # of the first block


# EfficientNet-B0 (Tan & Le 2019) as its authors made it light in 2020: no squeeze-and-excite, ReLU6 for swish.
STAGES = (
    Stage(1, 16, 1, kernel=3, stride=1),
    Stage(6, 24, 2, kernel=3, stride=2),
    Stage(6, 40, 2, kernel=5, stride=2),
    Stage(6, 80, 3, kernel=3, stride=2),
    Stage(6, 112, 3, kernel=5, stride=1),
    Stage(6, 192, 4, kernel=5, stride=2),
    Stage(6, 320, 1, kernel=3, stride=1),
)
STEM, HEAD = 32, 1280  # channels; of all sizes, as are the blocks of the first and the last stage
SMALLEST = 32  # pixels: the network halves five times

TRAIN = {"learning_rate": 1e-3}


@base_model(inputs=ColorImage(size=64), train=TRAIN)
def efficientnet_lite0(
    input_shape: tuple[int | None, ...], classes: int, weights: Weights = "imagenet", dropout: float = 0.2
) -> keras.Model:
    """EfficientNet-Lite0, pretrained on ImageNet: shapes that a few drawings a class cannot teach."""
    return _network("efficientnet_lite0", STAGES, input_shape, classes, weights, dropout)


@base_model(inputs=ColorImage(size=64), train=TRAIN)
def efficientnet_lite1(
    input_shape: tuple[int | None, ...], classes: int, weights: Weights = "imagenet", dropout: float = 0.2
) -> keras.Model:
    """EfficientNet-Lite1, pretrained on ImageNet: a block more in each stage."""
    return _network("efficientnet_lite1", scaled(depth=1.1), input_shape, classes, weights, dropout)


@base_model(inputs=ColorImage(size=64), train=TRAIN)
def efficientnet_lite2(
    input_shape: tuple[int | None, ...], classes: int, weights: Weights = "imagenet", dropout: float = 0.3
) -> keras.Model:
    """EfficientNet-Lite2, pretrained on ImageNet: a block more in each stage, and a tenth wider."""
    return _network("efficientnet_lite2", scaled(depth=1.2, width=1.1), input_shape, classes, weights, dropout)


def scaled(depth: float, width: float = 1.0) -> tuple[Stage, ...]:
    """The stages of a larger size: deeper but for the first and the last one, and wider in steps of 8 channels.

    Source: the compound scaling of Tan & Le 2019, sections 3 and 4.
    """
    stages = [stage._replace(channels=int(width * stage.channels + 4) // 8 * 8) for stage in STAGES]
    inner = [stage._replace(blocks=ceil(depth * stage.blocks)) for stage in stages[1:-1]]
    return (stages[0], *inner, stages[-1])


def features(image: keras.KerasTensor, stages: tuple[Stage, ...] = STAGES) -> keras.KerasTensor:
    """The last map (B, H / 32, W / 32, 1280) of pictures (B, H, W, 3) of 0 to 255; layers are named as published."""
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(image)  # as when it learned ImageNet
    x = _normalised(layers.Conv2D(STEM, 3, strides=2, padding="same", use_bias=False, name="conv_stem")(x), "bn0")
    for block, (stage, stride) in enumerate(_blocks(stages)):
        x = _block(x, stage, stride, f"blocks_{block}")
    return _normalised(layers.Conv2D(HEAD, 1, use_bias=False, name="conv_head")(x), "bn1")


def _network(
    name: str,
    stages: tuple[Stage, ...],
    input_shape: tuple[int | None, ...],
    classes: int,
    weights: Weights,
    dropout: float,
) -> keras.Model:
    require_pictures(input_shape, SMALLEST, name)
    image = keras.Input(input_shape)  # (B, H, W, 1 or 3) uint8
    x = ops.repeat(image, 3, axis=-1) if input_shape[-1] == 1 else image
    x = layers.GlobalAveragePooling2D()(features(x, stages))  # (B, 1280)
    network = keras.Model(image, classifier(x, classes, dropout), name=name)
    if weights:
        give_imagenet_weights(network)
    return network


def _blocks(stages: tuple[Stage, ...]) -> Iterator[tuple[Stage, int]]:
    """Each block's stage and stride."""
    for stage in stages:
        yield stage, stage.stride
        for _ in range(stage.blocks - 1):
            yield stage, 1


def _block(x: keras.KerasTensor, stage: Stage, stride: int, name: str) -> keras.KerasTensor:
    """Widen, look around in each channel by itself, narrow (Sandler et al. 2018)."""
    y = x
    if stage.expansion > 1:
        wide = x.shape[-1] * stage.expansion
        y = _normalised(layers.Conv2D(wide, 1, use_bias=False, name=f"{name}_expand_conv")(y), f"{name}_bn0")
    around = DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )
    y = _normalised(around(y), f"{name}_bn1")
    y = layers.Conv2D(stage.channels, 1, use_bias=False, name=f"{name}_project_conv")(y)
    y = layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=f"{name}_bn2")(y)
    return layers.Add()([x, y]) if x.shape[-1] == stage.channels and stride == 1 else y


def _normalised(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    x = layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=name)(x)
    return layers.ReLU(max_value=6.0)(x)
