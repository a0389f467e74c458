"""EfficientNet-Lite up to its last map, from weights that have seen ImageNet."""

from collections.abc import Iterator
from math import ceil
from typing import Literal, NamedTuple

import keras
from keras import layers, ops

from base_models.architectures.efficientnet_lite_weights import give_imagenet_weights
from base_models.layers import MOMENTUM, require_pictures

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
LITE0 = (
    Stage(1, 16, 1, kernel=3, stride=1),
    Stage(6, 24, 2, kernel=3, stride=2),
    Stage(6, 40, 2, kernel=5, stride=2),
    Stage(6, 80, 3, kernel=3, stride=2),
    Stage(6, 112, 3, kernel=5, stride=1),
    Stage(6, 192, 4, kernel=5, stride=2),
    Stage(6, 320, 1, kernel=3, stride=1),
)


def _scaled(depth: float, width: float = 1.0) -> tuple[Stage, ...]:
    """The stages of a larger size: deeper but for the first and the last one, and wider in steps of 8 channels.

    Source: the compound scaling of Tan & Le 2019, sections 3 and 4.
    """
    stages = [stage._replace(channels=int(width * stage.channels + 4) // 8 * 8) for stage in LITE0]
    inner = [stage._replace(blocks=ceil(depth * stage.blocks)) for stage in stages[1:-1]]
    return (stages[0], *inner, stages[-1])


LITES = {
    "efficientnet_lite0": LITE0,
    "efficientnet_lite1": _scaled(depth=1.1),
    "efficientnet_lite2": _scaled(depth=1.2, width=1.1),
}
STEM, HEAD = 32, 1280  # channels; of all sizes, as are the blocks of the first and the last stage
SMALLEST = 32  # pixels: the network halves five times


def lite_body(name: str, image: keras.KerasTensor, weights: Weights) -> keras.Model:
    """The network `name` up to its last map, (B, H, W, 1 or 3) of 0 to 255 to (B, H / 32, W / 32, 1280).

    Layers are named as published. Raises `BadSettings` for pictures that are too small, and where the package with
    the weights is not installed.
    """
    require_pictures(image.shape[1:], SMALLEST, name)
    x = ops.repeat(image, 3, axis=-1) if image.shape[-1] == 1 else image
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(x)  # as when it learned ImageNet
    x = _normalised(layers.Conv2D(STEM, 3, strides=2, padding="same", use_bias=False, name="conv_stem")(x), "bn0")
    for block, (stage, stride) in enumerate(_blocks(LITES[name])):
        x = _block(x, stage, stride, f"blocks_{block}")
    x = _normalised(layers.Conv2D(HEAD, 1, use_bias=False, name="conv_head")(x), "bn1")
    body = keras.Model(image, x, name=name)
    if weights:
        give_imagenet_weights(body)
    return body


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
    around = layers.DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )
    y = _normalised(around(y), f"{name}_bn1")
    y = layers.Conv2D(stage.channels, 1, use_bias=False, name=f"{name}_project_conv")(y)
    y = layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=f"{name}_bn2")(y)
    return layers.Add()([x, y]) if x.shape[-1] == stage.channels and stride == 1 else y


def _normalised(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    x = layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=name)(x)
    return layers.ReLU(max_value=6.0)(x)
