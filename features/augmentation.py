"""Augmentations, done on points and strokes before anything is drawn: they cost next to nothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from features.drawings import Drawings
from ground.settings import Settings

MIDDLE = 127.5  # of the 0 to 255 canvas, about which drawings are turned, scaled and mirrored

# How far a view moves, of how far training may: where far ones are hard to name, they spoil the mean of a few.
VIEW_REACH = 0.5


class Augmentation(Settings):
    """How drawings are varied while a model trains. Everything is off (0) by default."""

    flip: float = Field(default=0.0, ge=0, le=1)  # probability of a left-right mirror image
    drop_stroke: float = Field(default=0.0, ge=0, le=1)  # probability that a stroke is left out; one always stays
    rotate: float = Field(default=0.0, ge=0, le=180)  # degrees; each drawing turns by up to this, either way
    scale: float = Field(default=0.0, ge=0, lt=1)  # width and height each become 1 - scale to 1 + scale times as large
    shear: float = Field(default=0.0, ge=0, le=1)  # x moves by up to this times y, either way
    shift: float = Field(default=0.0, ge=0, le=255)  # of 255 canvas units; up to this along x and along y, either way
    jitter: float = Field(default=0.0, ge=0, le=255)  # of 255 canvas units; standard deviation, each point by itself

    @property
    def is_off(self) -> bool:
        """Whether every drawing stays as it is."""
        return self == Augmentation()


@dataclass(frozen=True, eq=False)
class Transforms:
    """What happens to the points and strokes of one batch of N drawings, S strokes and P points."""

    matrix: NDArray[np.float32]  # (N, 2, 3) new x, y = matrix @ (x, y, 1), in canvas units of 0 to 255
    kept: NDArray[np.bool_]  # (S,) whether a stroke stays
    jitter: NDArray[np.float32] | None  # (P, 2) added to the moved points, canvas units; None where off


def draw_transforms(drawings: Drawings, augmentation: Augmentation, rng: np.random.Generator) -> Transforms:
    """Random transforms for every drawing; the same generator state gives the same transforms.

    A drawing is mirrored, sheared, scaled, rotated about the canvas's middle and then shifted. The draws are
    made whether a field is on or off, so switching one on does not change what another one does.
    """
    strokes, points = len(drawings.stroke_starts) - 1, len(drawings.points)
    matrix = _matrices(len(drawings), augmentation, rng)  # (N, 2, 3)
    kept = _kept(drawings, rng.random(strokes, np.float32), augmentation.drop_stroke)
    jitter = None
    if augmentation.jitter > 0:  # drawn last, so that leaving it out disturbs nothing
        jitter = rng.standard_normal((points, 2), np.float32) * np.float32(augmentation.jitter)
    return Transforms(matrix, kept, jitter)


def view_transforms(drawings: Drawings, augmentation: Augmentation, view: int) -> Transforms | None:
    """The transforms of one look at `drawings`, for means over several looks (test-time augmentation).

    All drawings are moved alike, by what `view` fixes, so that what is said of one does not depend on its batch.
    View 0 leaves them as they are; all others move half as far as `augmentation` may, odd ones mirrored where it
    mirrors. Every stroke and point stays.
    """
    if view == 0 or augmentation.is_off:
        return None
    nearer = {name: VIEW_REACH * getattr(augmentation, name) for name in ("rotate", "scale", "shear", "shift")}
    moved = augmentation.but(flip=float(view % 2 and augmentation.flip > 0), **nearer)
    matrix = _matrices(1, moved, np.random.default_rng(view))
    kept = np.ones(len(drawings.stroke_starts) - 1, np.bool_)
    return Transforms(np.repeat(matrix, len(drawings), axis=0), kept, jitter=None)


def _matrices(count: int, augmentation: Augmentation, rng: np.random.Generator) -> NDArray[np.float32]:
    mirror = np.where(rng.random(count) < augmentation.flip, -1.0, 1.0)
    angle = np.radians(augmentation.rotate) * rng.uniform(-1, 1, count)
    width, height = 1 + augmentation.scale * rng.uniform(-1, 1, (2, count))
    shear = augmentation.shear * rng.uniform(-1, 1, count)
    shift = augmentation.shift * rng.uniform(-1, 1, (count, 2))
    cosine, sine = np.cos(angle), np.sin(angle)
    # rotation [[c, -s], [s, c]] @ scale [[w, 0], [0, h]] @ shear and mirror [[m, k], [0, 1]]
    linear = np.stack(
        [
            np.stack([cosine * width * mirror, cosine * width * shear - sine * height], axis=-1),
            np.stack([sine * width * mirror, sine * width * shear + cosine * height], axis=-1),
        ],
        axis=1,
    )  # (N, 2, 2)
    middle = np.full(2, MIDDLE)
    offset = middle + shift - linear @ middle  # (N, 2)
    return np.concatenate([linear, offset[:, :, None]], axis=2).astype(np.float32)


def _kept(drawings: Drawings, chance: NDArray[np.float32], drop: float) -> NDArray[np.bool_]:
    """Which strokes stay; where all of a drawing's would go, the one with the highest number stays."""
    kept = chance >= drop
    counts = np.diff(drawings.drawing_starts)
    owner = np.repeat(np.arange(len(drawings)), counts)
    left = np.bincount(owner[kept], minlength=len(drawings))
    for row in np.flatnonzero((left == 0) & (counts > 0)):  # few: p ** strokes of them
        first, last = drawings.drawing_starts[row], drawings.drawing_starts[row + 1]
        kept[first + np.argmax(chance[first:last])] = True
    return kept
