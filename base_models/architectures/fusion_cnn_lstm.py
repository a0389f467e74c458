"""A residual CNN on time-coloured images and a bidirectional LSTM on the points, trained as one network."""

from typing import NamedTuple

import keras
from keras import layers

from base_models.architectures.stroke_lstm import Widths, recurrent
from base_models.layers import Size, Stages, classifier, conv_block, residual_stages
from base_models.registry import base_model
from features.inputs import ColorImage, ImageAndSequence, StrokeSequence


class Branches(NamedTuple):
    """The sizes of both; each is smaller than it would be alone."""

    image: Stages
    sequence: Widths


BRANCHES = {
    "small": Branches(Stages((32, 64, 128), blocks=1), Widths((48, 64, 80), lstm=80)),
    "medium": Branches(Stages((56, 112, 224), blocks=2), Widths((96, 128, 160), lstm=160)),
    "large": Branches(Stages((80, 160, 320), blocks=3), Widths((128, 192, 320), lstm=320)),
}
INPUTS = ImageAndSequence(image=ColorImage(size=64, centred=True), sequence=StrokeSequence(centred=True))


@base_model(inputs=INPUTS)
def fusion_cnn_lstm(input_shape: dict[str, tuple[int | None, ...]], classes: int, size: Size = "small") -> keras.Model:
    """Fusion: a residual CNN on the time-coloured image and an LSTM over the points, trained together."""
    image = keras.Input(input_shape["image"], name="image")  # (B, 64, 64, 3) uint8
    sequence = keras.Input(input_shape["sequence"], name="sequence")  # (B, T, 5)
    seen = conv_block(layers.Rescaling(1 / 255)(image), 16, kernel=5, stride=2)  # (B, 32, 32, 16)
    seen = residual_stages(seen, BRANCHES[size].image)  # (B, 128)
    drawn = recurrent(sequence, BRANCHES[size].sequence)  # (B, 320)
    x = layers.Concatenate()([seen, drawn])
    inputs = {"image": image, "sequence": sequence}
    return keras.Model(inputs, classifier(x, classes, dropout=0.3), name="fusion_cnn_lstm")
