"""The default feed: random access into shards, inputs made on the fly, any batch repeatable by its number."""

from typing import Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from features.augmentation import Augmentation, draw_transforms
from features.drawings import Drawings
from features.inputs import ModelInput
from features.mixing import Batch, Mixing
from features.soft_labels import Targets
from ground.errors import BadSettings

MIXING = 1  # after (seed, epoch, step + 1), so that the luck of mixing is not that of augmentations


class Source(Protocol):
    """Drawings that can be taken at random: `features.shards.Shards`, or `Drawings` in memory."""

    @property
    def label(self) -> NDArray[np.int16]:
        """(N,) the class of every drawing."""

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order."""


class ShardFeed(keras.utils.PyDataset):  # type: ignore[misc]
    """The batches (x, y) of one epoch: x as `inputs` makes it, y (B,) int32; the last one holds what is left.

    With `full` the last one is as large as the others, filled up with the epoch's first rows, which weigh nothing
    there: so a backend that compiles for every size compiles once.

    With `weights` (N,), one for each drawing of the source, or `full`, they are (x, y, w), w (B,) float32; with
    `mixing` or `targets` y is (B, 1 + C) float32, as `soft_labels` has it. With `shuffle`, an epoch goes through `rows`
    once, in an order that (seed, epoch) fixes; augmentations and mixing follow from (seed, epoch, step). So any batch
    can be made again, and training goes on after a stop as if there had been none: at `first_step` of its epoch. Pass
    `shuffle=False` to `fit`, which otherwise mixes the steps as well.

    What makes batches ahead: `features.feeds.ahead`, for TensorFlow `features.feeds.mapped`.
    """

    def __init__(
        self,
        source: Source,
        rows: NDArray[np.int64],
        inputs: ModelInput,
        batch_size: int,
        augmentation: Augmentation | None = None,
        seed: int = 0,
        shuffle: bool = True,
        epoch: int = 0,
        first_step: int = 0,
        weights: NDArray[np.float32] | None = None,
        mixing: Mixing | None = None,
        targets: Targets | None = None,
        full: bool = False,
    ) -> None:
        super().__init__()
        if batch_size < 1:
            raise BadSettings(f"Expected a batch_size of 1 or more, received {batch_size}.")
        self.source, self.rows, self.inputs, self.batch_size = source, rows, inputs, batch_size
        self.augmentation = None if augmentation is None or augmentation.is_off else augmentation
        self.seed, self.epoch, self.first_step = seed, epoch, first_step
        self.weights, self.mixing, self.targets, self.full = weights, mixing, targets, full
        # the rows as this epoch goes through them; 50M × 8 bytes = 400 MB
        self._order = np.random.default_rng([seed, epoch]).permutation(rows) if shuffle else rows

    def __len__(self) -> int:
        """Steps from the first one to the end of the epoch."""
        return -(-len(self.rows) // self.batch_size) - self.first_step

    def __getitem__(self, place: int) -> Batch:
        """Batch `place` from the first step on. Raises `IndexError` past the last one."""
        if not 0 <= place < len(self):
            raise IndexError(f"Expected a step from 0 to {len(self) - 1}, received {place}.")
        step = self.first_step + place
        rows = self._order[step * self.batch_size : (step + 1) * self.batch_size]
        held = len(rows)
        if self.full:
            rows = np.concatenate([rows, np.resize(self._order, self.batch_size - held)])
        drawings = self.source.take(rows)
        transforms = None
        if self.augmentation is not None:
            # (seed, epoch, 0) would be the order's, as (seed, epoch)
            rng = np.random.default_rng([self.seed, self.epoch, step + 1])
            transforms = draw_transforms(drawings, self.augmentation, rng)
        x = self.inputs.make(drawings, transforms)  # (B, *shape)
        y = self.source.label[rows].astype(np.int32) if self.targets is None else self.targets.soft(rows)
        batch: Batch = (x, y, *self._weights(rows))
        if self.mixing is not None:
            batch = self.mixing.apply(batch, (self.seed, self.epoch, step + 1, MIXING))
        if self.full:
            batch[2][held:] = 0
        return batch

    @property
    def soft_classes(self) -> int | None:
        """Of how many classes y holds soft labels; None where it holds labels."""
        soft = self.targets or self.mixing
        return None if soft is None else soft.classes

    def _weights(self, rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """(B,) those of these rows, where there are any."""
        if self.weights is not None:
            return [self.weights[rows]]
        return [np.ones(len(rows), np.float32)] if self.full else []
