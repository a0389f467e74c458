"""How a network of `keras.applications` is built for doodles: picture, its own scaling, its body, our top."""

from dataclasses import dataclass, field
from typing import Any, Literal

import keras
from keras import layers, ops

from base_models.architectures.applications_arguments import Arguments
from base_models.architectures.applications_weights import body_with_weights
from base_models.footprint import Footprint
from base_models.layers import classifier, require_pictures, set_momentum

Scaling = Literal["tf", "torch", "caffe", "inside"]  # Keras's names, but for `inside`: the network does it itself
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, red green blue, of 1
BGR_MEAN = (103.939, 116.779, 123.68)  # of ImageNet, blue green red, of 255


@dataclass(frozen=True)
class Family:
    """What the networks of one paper have in common."""

    paper: str
    scaling: Scaling
    smallest: int = 32  # pixels; below, Keras refuses
    arguments: Arguments = field(default_factory=Arguments)  # what can be set, at its defaults
    train: dict[str, Any] = field(default_factory=dict)  # own defaults of TrainSettings


@dataclass(frozen=True)
class Application:
    """One network, with facts about it that save building it: 40 networks take minutes. A test holds them true."""

    name: str
    keras_name: str  # in keras.applications
    family: Family
    parameters: int  # without top, on 3 channels
    features: int  # length of the vector under the top
    outputs: int  # numbers that the layers under the top put out for a drawing at the smallest size
    dropout: float | None = None  # Keras's own, where it differs from the family's

    @property
    def arguments(self) -> Arguments:
        """What can be set, at its defaults."""
        arguments = self.family.arguments
        return arguments if self.dropout is None else arguments.but(dropout=self.dropout)

    def footprint(self, size: int, classes: int) -> Footprint:
        """Its footprint on pictures of `size` pixels with `classes` classes, at the default arguments."""
        area = (size / self.family.smallest) ** 2
        return Footprint(self.parameters + (self.features + 1) * classes, round(self.outputs * area) + classes)

    def build(self, input_shape: tuple[int | None, ...], classes: int, **values: Any) -> keras.Model:
        """The network, untrained but for `weights`: uint8 pictures (B, H, W, 1 or 3) to probabilities (B, C).

        Grey is repeated to three channels, with and without pretrained weights: one architecture for all, so that
        any weight file fits, for the price of two more channels in the first convolution alone.
        """
        arguments = self.arguments.but(**values)
        require_pictures(input_shape, self.family.smallest, self.name)
        image = keras.Input(input_shape)
        x = ops.repeat(image, 3, axis=-1) if input_shape[-1] == 1 else image  # (B, H, W, 3)
        x = self._body(input_shape, arguments)(scaled(x, self.family.scaling))  # (B, features)
        network = keras.Model(image, classifier(x, classes, arguments.dropout), name=self.name)
        set_momentum(network)  # for pretrained weights too: doodles have other statistics than photographs
        return network

    def _body(self, input_shape: tuple[int | None, ...], arguments: Arguments) -> keras.Model:
        given = arguments.model_dump(exclude={"dropout", "weights"})

        def make(weights: str | None) -> keras.Model:
            constructor = getattr(keras.applications, self.keras_name)
            return constructor(include_top=False, input_shape=(*input_shape[:2], 3), weights=weights, **given)

        return body_with_weights(make, arguments.weights, self.name)


def scaled(x: keras.KerasTensor, scaling: Scaling) -> keras.KerasTensor:
    """Pictures (B, H, W, 3), 0 to 255, as `preprocess_input` of `keras.applications` scales them."""
    match scaling:
        case "tf":  # -1 to 1
            return layers.Rescaling(1 / 127.5, offset=-1.0)(x)
        case "torch":
            scale = [1 / (255 * deviation) for deviation in DEVIATION]
            offset = [-mean / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)]
            return layers.Rescaling(scale, offset)(x)
        case "caffe":
            return layers.Rescaling(1.0, offset=[-mean for mean in BGR_MEAN])(ops.flip(x, axis=-1))
        case "inside":
            return x
