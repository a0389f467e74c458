"""The layer that draws: what points carry, laid along their lines onto a grid."""

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="doodlestack")
class LineMeans(layers.Layer):  # type: ignore[misc]
    """Learned features (B, T, C) of points (B, T, 7) as a picture (B, grid, grid, C + 3).

    Simplified drawings have points at the corners of their lines alone, so each line is walked in `samples` steps
    from the point before to its own, features changing evenly on the way; a stroke's first point is a line of no
    length. A cell of the grid holds the mean over the steps that fall into it: of the features, of their place in
    the cell (-0.5 to 0.5), and 1 where there is any; it is 0 where there is none. What lies outside the canvas is
    not drawn. The order of points plays no part but for the lines between them.

    After the "learned rasteriser" of the eighth place in the Quick, Draw! competition, who had raw points, dense
    enough to be scattered as they are.
    """

    def __init__(self, grid: int, samples: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.grid, self.samples = grid, samples

    def call(self, features: Any, points: Any) -> Any:
        """The picture; `points` as `points_of` gives them."""
        pen, present, position = points[:, :, 2:3], points[:, :, 4:5], points[:, :, 5:7]
        place = (position + 0.5) * (255 / 256 * self.grid)  # of 0 to grid; positions come in units of 255
        walked = self._along(ops.concatenate([features, place], axis=-1), pen)  # (B, T * samples, C + 2)
        features, place = walked[..., :-2], walked[..., -2:]
        cell = ops.floor(place)
        inside = ops.all((cell >= 0) & (cell < self.grid), axis=-1, keepdims=True)
        seen = ops.cast(inside, features.dtype) * ops.repeat(present, self.samples, axis=1)
        values = ops.concatenate([features, place - cell - 0.5, ops.ones_like(seen)], axis=-1)
        sums = self._sums(values * seen, ops.clip(cell, 0, self.grid - 1))  # (B, grid, grid, C + 3)
        count = sums[..., -1:]
        return ops.concatenate([sums[..., :-1] / ops.maximum(count, 1.0), ops.minimum(count, 1.0)], axis=-1)

    def _along(self, x: Any, pen: Any) -> Any:
        """(B, T, C) at every step of every line, (B, T * samples, C)."""
        before = ops.pad(x[:, :-1], [[0, 0], [1, 0], [0, 0]])
        way = (x - before) * (1 - pen)
        left = 1 - (ops.arange(self.samples, dtype=x.dtype) + 1) / self.samples  # share of the way; 0 at the last step
        steps = ops.expand_dims(x, 2) - ops.expand_dims(way, 2) * ops.reshape(left, (1, 1, -1, 1))
        return ops.reshape(steps, (-1, x.shape[1] * self.samples, x.shape[2]))

    def _sums(self, values: Any, cell: Any) -> Any:
        """Sums of (B, S, C) over the steps in each cell, (B, grid, grid, C)."""
        batch, cells = ops.shape(values)[0], self.grid**2
        column, row = ops.cast(cell[..., 0], "int32"), ops.cast(cell[..., 1], "int32")
        number = ops.expand_dims(ops.arange(batch, dtype="int32") * cells, 1) + row * self.grid + column
        channels = values.shape[-1]
        sums = ops.segment_sum(ops.reshape(values, (-1, channels)), ops.reshape(number, (-1,)), batch * cells)
        return ops.reshape(sums, (-1, self.grid, self.grid, channels))

    def compute_output_shape(self, features_shape: Any, points_shape: Any) -> tuple[int | None, ...]:
        """(B, grid, grid, C + 3)."""
        return features_shape[0], self.grid, self.grid, features_shape[2] + 3

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this layer again."""
        return {**super().get_config(), "grid": self.grid, "samples": self.samples}
