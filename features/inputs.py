"""What a model sees: the one place through which training, prediction and the draw page make model inputs.

Pictures stay uint8, 0 to 255, and models scale them themselves: so no two callers can scale them differently,
and a batch is a quarter of its size as float32.
"""

from typing import Any, Literal, Protocol

from numpy.typing import NDArray
from pydantic import Field

from features import opencv_rendering, rendering
from features.augmentation import Transforms
from features.drawings import Drawings
from features.placement import centred
from features.sequences import CHANNELS, sequences
from ground.settings import Settings

Made = NDArray[Any] | dict[str, NDArray[Any]]
Renderer = Literal["compiled", "opencv"]
RENDER_GRAY = {"compiled": rendering.render_gray, "opencv": opencv_rendering.render_gray}
RENDER_COLOR = {"compiled": rendering.render_color, "opencv": opencv_rendering.render_color}


class ModelInput(Protocol):
    """How drawings become a model's input: an array or, for networks of several inputs, a dictionary of arrays."""

    @property
    def shape(self) -> Any:
        """The shape of one drawing's input, without the batch axis; of a dictionary's arrays, by their names."""

    @property
    def dtype(self) -> Any:
        """The element type, as NumPy and Keras name it; of a dictionary's arrays, by their names."""

    @property
    def sees_time(self) -> bool:
        """Whether the times of a drawing's points make a difference."""

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> Made:
        """The inputs of a batch, (N, *shape)."""

    def halved(self) -> "ModelInput | None":
        """The same at half the size; None for what has no size."""


class GrayImage(Settings):
    """White lines on black."""

    size: int = Field(default=64, ge=8, le=1024)  # pixels; the course's
    line_width: float = Field(default=6.0, gt=0, le=64)  # of 256 canvas units; the course's
    centred: bool = False  # in the picture; False: at the top left, as Kaggle's drawings and the course's pictures are
    renderer: Renderer = "compiled"  # opencv: the course's way, many times slower

    @property
    def shape(self) -> tuple[int, ...]:
        """(size, size, 1)."""
        return self.size, self.size, 1

    @property
    def dtype(self) -> str:
        """`uint8`, 0 to 255."""
        return "uint8"

    @property
    def sees_time(self) -> bool:
        """Never."""
        return False

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> NDArray[Any]:
        """(N, size, size, 1) uint8."""
        moved = centred(drawings, transforms) if self.centred else transforms
        return RENDER_GRAY[self.renderer](drawings, self.size, self.line_width, moved)

    def halved(self) -> "GrayImage":
        """Pictures of half the side; lines are thinner in proportion."""
        return self.but(size=self.size // 2)


class ColorImage(Settings):
    """Lines coloured by time, by point order and by stroke: see `render_color`."""

    size: int = Field(default=128, ge=8, le=1024)  # pixels; the least at which the competition's best worked
    line_width: float = Field(default=6.0, gt=0, le=64)  # of 256 canvas units; as in grey pictures
    use_time: bool = True  # False colours all drawings by point order, for sets in which few have times
    centred: bool = False  # in the picture; False: at the top left, as Kaggle's drawings are
    renderer: Renderer = "compiled"  # opencv: each segment by cv2.line, many times slower

    @property
    def shape(self) -> tuple[int, ...]:
        """(size, size, 3)."""
        return self.size, self.size, 3

    @property
    def dtype(self) -> str:
        """`uint8`, 0 to 255."""
        return "uint8"

    @property
    def sees_time(self) -> bool:
        """With `use_time`."""
        return self.use_time

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> NDArray[Any]:
        """(N, size, size, 3) uint8."""
        moved = centred(drawings, transforms) if self.centred else transforms
        return RENDER_COLOR[self.renderer](drawings, self.size, self.line_width, moved, self.use_time)

    def halved(self) -> "ColorImage":
        """Pictures of half the side; lines are thinner in proportion."""
        return self.but(size=self.size // 2)


class StrokeSequence(Settings):
    """Pen movements, point after point: see `sequences`."""

    length: int = Field(default=128, ge=1, le=65536)  # points; 99 of 100 simplified drawings have no more
    centred: bool = False  # on the canvas; False: as the data have them. Only the first step differs

    @property
    def shape(self) -> tuple[int, ...]:
        """(length, 5)."""
        return self.length, len(CHANNELS)

    @property
    def dtype(self) -> str:
        """`float32`."""
        return "float32"

    @property
    def sees_time(self) -> bool:
        """Always: in the channel `time_step`."""
        return True

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> NDArray[Any]:
        """(N, length, 5) float32."""
        return sequences(drawings, self.length, centred(drawings, transforms) if self.centred else transforms)

    def halved(self) -> None:
        """A sequence keeps all its points."""


class ImageAndSequence(Settings):
    """A drawing's picture and its points, for networks of two inputs; both moved alike."""

    image: ColorImage = ColorImage()
    sequence: StrokeSequence = StrokeSequence()

    @property
    def shape(self) -> dict[str, tuple[int, ...]]:
        """(size, size, 3) and (length, 5)."""
        return {"image": self.image.shape, "sequence": self.sequence.shape}

    @property
    def dtype(self) -> dict[str, str]:
        """`uint8`, 0 to 255, and `float32`."""
        return {"image": self.image.dtype, "sequence": self.sequence.dtype}

    @property
    def sees_time(self) -> bool:
        """Always: in the sequence."""
        return True

    def make(self, drawings: Drawings, transforms: Transforms | None = None) -> dict[str, NDArray[Any]]:
        """(N, size, size, 3) uint8 and (N, length, 5) float32."""
        return {
            "image": self.image.make(drawings, transforms),
            "sequence": self.sequence.make(drawings, transforms),
        }

    def halved(self) -> None:
        """The sequence keeps all its points, and the image its size beside it."""
