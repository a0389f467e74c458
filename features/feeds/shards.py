"""The default feed: random access into shards, inputs made on the fly, any batch repeatable by its number."""

from functools import lru_cache
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from features.augmentation import Augmentation, draw_transforms
from features.drawings import Drawings
from features.inputs import ModelInput
from ground.errors import BadSettings


class Source(Protocol):
    """Drawings that can be taken at random: `features.shards.Shards`, or `Drawings` in memory."""

    @property
    def label(self) -> NDArray[np.int16]:
        """(N,) the class of every drawing."""

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order."""


class ShardFeed(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of model inputs, with int32 labels; the last one of an epoch holds what is left.

    With `shuffle`, every epoch goes through `rows` once, in an order that (seed, epoch) fixes; augmentations follow
    from (seed, epoch, step). So `batch(epoch, step)` gives any batch again, and training goes on after a stop as if
    there had been none: start with `epoch`, and pass `shuffle=False` to `fit`, which otherwise mixes the steps as well.

    Without `shuffle` and `augmentation` it serves prediction: batches come in the order of `rows`; `labels=False`
    leaves the labels out.

    Under TensorFlow one worker prefetches by itself; under jax and torch, Keras prefetches from `workers=2` on.
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
        labels: bool = True,
        epoch: int = 0,
        workers: int = 1,
        max_queue_size: int = 8,
    ) -> None:
        super().__init__(workers=workers, max_queue_size=max_queue_size)
        if batch_size < 1:
            raise BadSettings(f"Expected a batch_size of 1 or more, received {batch_size}.")
        self.source, self.rows, self.inputs, self.batch_size = source, rows, inputs, batch_size
        self.augmentation = None if augmentation is None or augmentation.is_off else augmentation
        self.seed, self.shuffle, self.labels = seed, shuffle, labels
        self.epoch, self._begun = epoch, False
        self._order = lru_cache(maxsize=1)(self._draw_order)  # one epoch's: 50M rows × 8 bytes = 400 MB

    def __len__(self) -> int:
        """Steps an epoch."""
        return -(-len(self.rows) // self.batch_size)

    def __getitem__(self, step: int) -> tuple[NDArray[Any], ...]:
        """Batch `step` of the present epoch."""
        return self.batch(self.epoch, step)

    def batch(self, epoch: int, step: int) -> tuple[NDArray[Any], ...]:
        """(x, y), or (x,) with `labels=False`: x (B, *shape), y (B,) int32. Raises `IndexError` past the last step."""
        if not 0 <= step < len(self):
            raise IndexError(f"Expected a step from 0 to {len(self) - 1}, received {step}.")
        rows = self._order(epoch)[step * self.batch_size : (step + 1) * self.batch_size]
        drawings = self.source.take(rows)
        transforms = None
        if self.augmentation is not None:
            # (seed, epoch, 0) would be the order's, as (seed, epoch)
            rng = np.random.default_rng([self.seed, epoch, step + 1])
            transforms = draw_transforms(drawings, self.augmentation, rng)
        x = self.inputs.make(drawings, transforms)  # (B, *shape)
        return (x, self.source.label[rows].astype(np.int32)) if self.labels else (x,)

    def on_epoch_begin(self) -> None:
        """Move on to the next epoch, but for the first time; Keras calls it (`on_epoch_end` also before training)."""
        self.epoch += self._begun
        self._begun = True

    def _draw_order(self, epoch: int) -> NDArray[np.int64]:
        if not self.shuffle:
            return self.rows
        return np.random.default_rng([self.seed, epoch]).permutation(self.rows)
