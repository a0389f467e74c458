"""EfficientNet-Lite on the time-coloured image and a bidirectional LSTM on the points, trained as one network."""

from typing import NamedTuple

import keras
from keras import layers

from base_models.architectures.efficientnet_lite_body import Weights, lite_body
from base_models.architectures.stroke_lstm import WIDTHS, Widths, recurrent
from base_models.layers import Size, classifier
from base_models.registry import base_model
from features.inputs import ColorImage, ImageAndSequence, StrokeSequence


class Branches(NamedTuple):
    """What looks at the image, by the name of its weights, and the size of what reads the points."""

    image: str
    sequence: Widths


BRANCHES = {
    "small": Branches("efficientnet_lite0", WIDTHS["small"]),
    "medium": Branches("efficientnet_lite1", WIDTHS["medium"]),
    "large": Branches("efficientnet_lite2", WIDTHS["large"]),
}
INPUTS = ImageAndSequence(image=ColorImage(size=64, centred=True), sequence=StrokeSequence(centred=True))


@base_model(inputs=INPUTS, train={"learning_rate": 1e-3})
def fusion_lite_lstm(
    input_shape: dict[str, tuple[int | None, ...]],
    classes: int,
    size: Size = "small",
    weights: Weights = "imagenet",
    dropout: float = 0.3,
) -> keras.Model:
    """Fusion: EfficientNet-Lite, pretrained on ImageNet, and an LSTM over the points, trained together."""
    image = keras.Input(input_shape["image"], name="image")  # (B, H, W, 3) uint8
    sequence = keras.Input(input_shape["sequence"], name="sequence")  # (B, T, 5)
    branches = BRANCHES[size]
    seen = layers.GlobalAveragePooling2D()(lite_body(branches.image, image, weights).output)  # (B, 1280)
    drawn = recurrent(sequence, branches.sequence)  # (B, 384)
    x = layers.Concatenate()([seen, drawn])
    inputs = {"image": image, "sequence": sequence}
    return keras.Model(inputs, classifier(x, classes, dropout), name="fusion_lite_lstm")
