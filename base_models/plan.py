"""What the training of one (model, fold) follows: which drawings, what of them, in which order, how often."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from base_models.registry import BaseModel
from base_models.seen import Seen
from base_models.settings import TrainSettings
from features.feeds.opening import open_feed
from features.inputs import ModelInput
from features.shards import Shards
from ground.errors import BadSettings
from oof.folds import fold_of


@dataclass(frozen=True)
class Plan:
    """Everything but the weights; the same arguments of `make_plan` give the same plan."""

    model: BaseModel
    shards: Shards
    fold: int | None  # held out; None: no drawing is, as in pretraining
    folds: int
    settings: TrainSettings
    seed: int
    network_seed: int  # of first weights and dropout
    feed_seed: int  # of orders and augmentations
    rows: NDArray[np.int64]  # to train on
    watched: NDArray[np.int64]  # to score after each epoch
    inputs: list[ModelInput]  # of each epoch

    @property
    def epochs(self) -> int:
        """Passes over the rows."""
        return len(self.inputs)

    @property
    def steps(self) -> int:
        """Batches of all epochs."""
        return -(-len(self.rows) // self.settings.batch_size) * self.epochs

    @property
    def seen(self) -> Seen:
        """The record of what is seen."""
        return Seen.of(self.shards.key_id, self.rows, self.watched)

    def feed(self, epoch: int, first_step: int = 0) -> Any:
        """The batches of an epoch from a step on."""
        return open_feed(
            self.settings.feed,
            self.shards,
            self.rows,
            self.inputs[epoch],
            self.settings.batch_size,
            self.settings.augmentation,
            self.feed_seed,
            epoch=epoch,
            first_step=first_step,
        )

    def watched_feed(self, epoch: int) -> Any:
        """The batches to score after an epoch; None where no row is watched."""
        return self._plain(self.watched, self.inputs[epoch]) if len(self.watched) else None

    def any_batch(self) -> Any:
        """A batch (x, y) of one drawing, for what has to see one."""
        return next(iter(self._plain(self.rows[:1], self.inputs[-1])))

    def __str__(self) -> str:
        return (
            f"{self.model.name} without fold {self.fold} of {self.folds}, seed {self.seed}, "
            f"{len(self.rows)} drawings ({self.seen.key_ids[:12]}), {self.settings!r}"
        )

    def _plain(self, rows: NDArray[np.int64], inputs: ModelInput) -> Any:
        # these rows lie scattered, and only the shards give a few of them without reading all
        return open_feed("shards", self.shards, rows, inputs, self.settings.batch_size, shuffle=False)


def make_plan(
    model: BaseModel, shards: Shards, fold: int | None, folds: int, settings: TrainSettings, seed: int
) -> Plan:
    """The plan of training `model` on every fold but `fold`; raises `BadSettings` when they hold no drawing."""
    own_seed = np.random.SeedSequence([seed, zlib.crc32(model.name.encode()), folds if fold is None else fold])
    network_seed, split_seed, feed_seed = (int(word) for word in own_seed.generate_state(3))
    rows, watched = training_rows(shards.key_id, fold, folds, settings.inner_validation, split_seed)
    if len(rows) == 0:
        raise BadSettings(
            f"Expected drawings outside fold {fold} of {folds}, received none. Use more drawings or fewer folds."
        )
    inputs = inputs_by_epoch(model.inputs_for(settings), settings.passes(len(rows)), settings.small_first)
    return Plan(model, shards, fold, folds, settings, seed, network_seed % 2**31, feed_seed, rows, watched, inputs)


def inputs_by_epoch(inputs: ModelInput, epochs: int, small_first: float) -> list[ModelInput]:
    """Small pictures for the first share of the epochs, whole ones in the last at least; all whole without a size."""
    turn = round(small_first * epochs)
    small = inputs.halved() if 0 < turn < epochs else None
    return [inputs] * epochs if small is None else [small] * turn + [inputs] * (epochs - turn)


def training_rows(
    key_id: NDArray[np.int64], fold: int | None, folds: int, inner_validation: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows to train on and, apart from them, the rows to watch; neither holds a row of `fold`."""
    rows = np.arange(len(key_id)) if fold is None else np.flatnonzero(fold_of(key_id, folds) != fold)
    shuffled = np.random.default_rng(seed).permutation(rows)
    watched = int(inner_validation * len(rows))
    return np.sort(shuffled[watched:]), np.sort(shuffled[:watched])
