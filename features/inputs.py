"""What a model sees: the one place through which training, prediction and the draw page make model inputs.

Pictures stay uint8, 0 to 255, and models scale them themselves: so no two callers can scale them differently,
and a batch is a quarter of its size as float32.
"""

from typing import Any, Protocol

from numpy.typing import NDArray
from pydantic import Field

from features.augmentation import Transforms
from features.drawings import Drawings
from features.rendering import render_color, render_gray
from features.sequences import CHANNELS, sequences
from ground.settings import Settings


class ModelInput(Protocol):
    """How drawings become a model's input array."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one drawing's input, without the batch axis."""

    @property
    def dtype(self) -> str:
        """The element type, as NumPy and Keras name it."""

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> NDArray[Any]:
        """The inputs of a batch, (N, *shape)."""

    def halved(self) -> "ModelInput | None":
        """The same at half the size; None for what has no size."""


class GrayImage(Settings):
    """White lines on black."""

    size: int = Field(default=64, ge=8, le=1024)  # pixels; the course's
    line_width: float = Field(default=6.0, gt=0, le=64)  # of 256 canvas units; the course's

    @property
    def shape(self) -> tuple[int, ...]:
        """(size, size, 1)."""
        return self.size, self.size, 1

    @property
    def dtype(self) -> str:
        """`uint8`, 0 to 255."""
        return "uint8"

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> NDArray[Any]:
        """(N, size, size, 1) uint8."""
        return render_gray(drawings, self.size, self.line_width, transforms)

    def halved(self) -> "GrayImage":
        """Pictures of half the side; lines are thinner in proportion."""
        return self.but(size=self.size // 2)


class ColorImage(Settings):
    """Lines coloured by time, by point order and by stroke: see `render_color`."""

    size: int = Field(default=128, ge=8, le=1024)  # pixels; the least at which the competition's best worked
    line_width: float = Field(default=6.0, gt=0, le=64)  # of 256 canvas units; as in grey pictures
    use_time: bool = True  # False colours all drawings by point order, for sets in which few have times

    @property
    def shape(self) -> tuple[int, ...]:
        """(size, size, 3)."""
        return self.size, self.size, 3

    @property
    def dtype(self) -> str:
        """`uint8`, 0 to 255."""
        return "uint8"

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> NDArray[Any]:
        """(N, size, size, 3) uint8."""
        return render_color(drawings, self.size, self.line_width, transforms, self.use_time)

    def halved(self) -> "ColorImage":
        """Pictures of half the side; lines are thinner in proportion."""
        return self.but(size=self.size // 2)


class StrokeSequence(Settings):
    """Pen movements, point after point: see `sequences`."""

    length: int = Field(default=128, ge=1, le=65536)  # points; 99 of 100 simplified drawings have no more

    @property
    def shape(self) -> tuple[int, ...]:
        """(length, 5)."""
        return self.length, len(CHANNELS)

    @property
    def dtype(self) -> str:
        """`float32`."""
        return "float32"

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> NDArray[Any]:
        """(N, length, 5) float32."""
        return sequences(drawings, self.length, transforms)

    def halved(self) -> None:
        """A sequence keeps all its points."""
