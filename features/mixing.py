"""Mixing: each drawing of a batch with another one of it, inputs and labels alike (mixup, CutMix).

It is done on the inputs as models see them, after augmentation and drawing, so every feed mixes alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.cores import over_cores
from features.inputs import ImageAndSequence, ModelInput, StrokeSequence
from features.soft_labels import Floats, soft_labels
from ground.errors import BadSettings
from ground.recycled import empty

Batch = tuple[Any, ...]  # (x, y), or (x, y, weights)


@dataclass(frozen=True)
class Mixing:
    """How much of another drawing each one gets, and in which way.

    A drawing keeps a share of Beta(alpha, alpha), of 0.5 or more: so its own label stays the first. With both ways
    on, each batch takes one of them by an even chance.
    """

    mixup: float  # alpha where pixels are averaged (Zhang et al. 2018); 0: never
    cutmix: float  # alpha where a box of the other picture replaces one's own (Yun et al. 2019); 0: never
    classes: int

    def apply(self, batch: Batch, seed: Sequence[int]) -> Batch:
        """The batch mixed as `seed` fixes: x of the same form, soft labels for labels or soft ones, weights averaged.

        Pictures, uint8 (B, H, W, C), are averaged or cut. Of two sequences (B, T, 5) comes a first part of one and a
        last part of the other, in either order, of as many of their points as the shares say.
        """
        x, y, *weights = batch
        soft = y if y.ndim == 2 else soft_labels(y, self.classes)  # (B, 1 + C)
        pairs = self._pairs(len(soft), np.random.default_rng(list(seed)))
        mixed = {name: pairs.mix(array) for name, array in x.items()} if isinstance(x, dict) else pairs.mix(x)
        own, partner = pairs.share, pairs.partner
        averaged = own[:, None] * soft + (1 - own[:, None]) * soft[partner]
        averaged[:, 0] = soft[:, 0]
        return mixed, averaged, *(own * weight + (1 - own) * weight[partner] for weight in weights)

    def _pairs(self, count: int, rng: np.random.Generator) -> "_Pairs":
        partner, own_first = rng.permutation(count), rng.random(count) < 0.5
        cut = self.cutmix > 0 and (self.mixup == 0 or rng.random() < 0.5)
        alpha = self.cutmix if cut else self.mixup
        drawn = rng.beta(alpha, alpha, count)
        share = np.maximum(drawn, 1 - drawn).astype(np.float32)
        if not cut:
            return _Pairs(partner, share, own_first, None)
        boxes = _boxes(share, rng)
        # a box that the edge of the picture cuts off leaves more of one's own
        left = 1 - (boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2])
        return _Pairs(partner, left, own_first, boxes)


@dataclass(frozen=True)
class _Pairs:
    """What becomes of each drawing of a batch."""

    partner: NDArray[np.int64]  # (B,) place of the other one
    share: Floats  # (B,) of one's own
    own_first: NDArray[np.bool_]  # (B,) whether a sequence begins with one's own part
    boxes: Floats | None  # (B, 4) where the other's picture shows; None where pictures are averaged

    def mix(self, x: NDArray[Any]) -> NDArray[Any]:
        """Pictures (B, H, W, C) or sequences (B, T, 5), mixed."""
        if x.ndim == 3:
            return _spliced(x, self.partner, self.share, self.own_first)
        if self.boxes is None:
            return _averaged(x, self.partner, self.share)
        return _cut(x, self.partner, self.boxes)


def require_mixable(inputs: ModelInput, name: str) -> None:
    """Raise `BadSettings` where the inputs of the model `name` are neither uint8 pictures nor sequences of points."""
    shapes = inputs.shape if isinstance(inputs.shape, dict) else {"": inputs.shape}
    dtypes = inputs.dtype if isinstance(inputs.dtype, dict) else {"": inputs.dtype}
    of_points = isinstance(inputs, StrokeSequence | ImageAndSequence)
    for part, shape in shapes.items():
        is_picture = len(shape) == 3 and dtypes[part] == "uint8"
        if not is_picture and not (of_points and len(shape) == 2):
            raise BadSettings(
                f"Expected uint8 pictures (H, W, C) or a StrokeSequence to mix, {name} takes {dtypes[part]} {shape}. "
                f"Set train_by_model.{name}.mixup=0 and train_by_model.{name}.cutmix=0."
            )


def _boxes(share: Floats, rng: np.random.Generator) -> Floats:
    """(B, 4) top, bottom, left, right of 0 to 1, about any middle, of as much area as is not one's own."""
    middle = rng.random((len(share), 2), np.float32)
    half = np.sqrt(1 - share)[:, None] / 2
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)  # (B, 2) vertical, horizontal
    return np.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], axis=1).astype(np.float32)


def _averaged(x: NDArray[np.uint8], partner: NDArray[np.int64], share: Floats) -> NDArray[np.uint8]:
    mixed, flat = empty(x.shape, x.dtype), x.reshape(len(x), -1)
    over_cores(_average, len(x), flat, partner, share, mixed.reshape(len(x), -1))
    return mixed


def _cut(x: NDArray[np.uint8], partner: NDArray[np.int64], boxes: Floats) -> NDArray[np.uint8]:
    mixed, (height, width) = empty(x.shape, x.dtype), x.shape[1:3]
    edges = np.rint(boxes * np.array([height, height, width, width])).astype(np.int64)
    over_cores(_paste, len(x), x, partner, edges, mixed)
    return mixed


def _spliced(x: Floats, partner: NDArray[np.int64], share: Floats, own_first: NDArray[np.bool_]) -> Floats:
    mixed = np.zeros_like(x)
    over_cores(_splice, len(x), x, partner, share, own_first, mixed)
    return mixed


@njit(nogil=True, cache=True)
def _average(
    first: int,
    last: int,
    x: NDArray[np.uint8],
    partner: NDArray[np.int64],
    share: Floats,
    mixed: NDArray[np.uint8],
) -> None:
    for n in range(first, last):
        one, other, own = x[n], x[partner[n]], share[n]
        for place in range(len(one)):
            value = own * np.float32(one[place]) + (np.float32(1) - own) * np.float32(other[place])
            mixed[n, place] = np.uint8(value + np.float32(0.5))


@njit(nogil=True, cache=True)
def _paste(
    first: int,
    last: int,
    x: NDArray[np.uint8],
    partner: NDArray[np.int64],
    edges: NDArray[np.int64],
    mixed: NDArray[np.uint8],
) -> None:
    for n in range(first, last):
        top, bottom, left, right = edges[n]
        mixed[n] = x[n]
        mixed[n, top:bottom, left:right] = x[partner[n], top:bottom, left:right]


@njit(nogil=True, cache=True)
def _splice(
    first: int,
    last: int,
    x: Floats,
    partner: NDArray[np.int64],
    share: Floats,
    own_first: NDArray[np.bool_],
    mixed: Floats,
) -> None:
    """The channels are those of `features.sequences`; every point stays where it was on its canvas."""
    for n in range(first, last):
        own, other = x[n], x[partner[n]]
        points, others = int(own[:, 4].sum()), int(other[:, 4].sum())
        kept, taken = round(share[n] * points), round((1 - share[n]) * others)
        if own_first[n]:
            front, end, back, begin, stop = own, kept, other, others - taken, others
        else:
            front, end, back, begin, stop = other, taken, own, points - kept, points
        mixed[n, :end] = front[:end]
        if begin == stop:
            continue
        after = min(end + stop - begin, len(own))  # rounding may make them one more than there is room for
        mixed[n, end:after] = back[begin : begin + after - end]
        if end < after:
            for axis in range(2):  # the way to the second part's first point, from where the first part ends
                there, here = np.float32(0), np.float32(0)
                for t in range(begin + 1):
                    there += back[t, axis]
                for t in range(end):
                    here += front[t, axis]
                mixed[n, end, axis] = there - here
            mixed[n, end, 2] = 1  # with a lifted pen
