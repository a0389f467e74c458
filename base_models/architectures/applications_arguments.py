"""What can be set of the networks of `keras.applications`, in `network` of the training settings."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ground.settings import Settings

IMAGENET = "imagenet"
SUFFIX = ".h5"  # Keras's own files end in .h5, those of `save_weights` in .weights.h5


def _weights(value: str) -> str:
    """`imagenet`, empty, or a file that is there, as an absolute path, since workers may run in another folder."""
    if value in ("", IMAGENET):
        return value
    path = Path(value).expanduser().resolve()
    if path.suffix != SUFFIX or not path.is_file():
        raise ValueError(f"Expected '{IMAGENET}', '' or an existing weight file (*{SUFFIX})")
    return str(path)


class Arguments(Settings):
    """Of every network. The top is ours (pooling, dropout, softmax), since Keras's own one knows 1,000 classes."""

    pooling: Literal["avg", "max"] = Field(default="avg", description="how the last feature map becomes one vector")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of the vector dropped before the softmax")
    weights: Annotated[str, AfterValidator(_weights)] = Field(
        default="", description="'' from scratch, 'imagenet' (Keras downloads them once), or a weight file (.h5)"
    )


class WidthArguments(Arguments):
    """Of the networks whose width scales."""

    alpha: float = Field(default=1.0, gt=0, le=4, description="factor on the channels of every layer")


class MobileNetArguments(WidthArguments):
    """Of the first MobileNet, with the dropout that Keras gives it."""

    dropout: float = Field(default=0.001, ge=0, lt=1, description="share of the vector dropped before the softmax")
    depth_multiplier: int = Field(default=1, ge=1, le=8, description="filters a channel in depthwise convolutions")


class MobileNetV3Arguments(WidthArguments):
    """Of MobileNetV3, with the dropout that Keras gives it."""

    dropout: float = Field(default=0.2, ge=0, lt=1, description="share of the vector dropped before the softmax")
    minimalistic: bool = Field(default=False, description="without squeeze-and-excite, hard swish and 5×5 kernels")
