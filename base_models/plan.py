"""What the training of one (model, fold) follows: which drawings, what of them, in which order, how often."""

import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from base_models.lesson import Lesson
from base_models.registry import BaseModel
from base_models.rehearsal import OtherDrawings, rehearsed
from base_models.rows import Taken, balanced, training_rows, without_unrecognized
from base_models.seen import Seen
from base_models.settings import TrainSettings
from features.feeds.opening import open_feed
from features.inputs import ModelInput
from features.mixing import Mixing, require_mixable
from features.shards import Shards
from ground.errors import BadSettings

BALANCE = (0, 1)  # after (seed, epoch): (0,) would be the order's luck, (step + 1,) that of augmentations


@dataclass(frozen=True)
class Plan:
    """Everything but the weights; the same arguments of `make_plan` give the same plan."""

    model: BaseModel
    shards: Shards
    source: Shards  # the same and, numbered on, test drawings of a `lesson`, then `others`
    fold: int | None  # held out; None: no drawing is, as in pretraining
    folds: int
    settings: TrainSettings
    seed: int
    network_seed: int  # of first weights and dropout
    feed_seed: int  # of orders, augmentations and mixing
    taken: Taken  # which drawings
    inputs: list[ModelInput]  # of each epoch
    mixing: Mixing | None  # of the drawings of a batch
    lesson: Lesson | None = None  # of teachers: test drawings too, and what is to be learned beside labels
    others: OtherDrawings | None = None  # that take the place of some in each epoch

    @property
    def rows(self) -> NDArray[np.int64]:
        """To train on, of `source`; as many in each epoch, though `others` may take the place of some."""
        if self.lesson is None:
            return self.taken.trained
        return np.concatenate([self.taken.trained, self.lesson.test_rows])

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
        own, others = len(self.shards.key_id), () if self.others is None else self.others.key_id
        beside = np.split(self.source.key_id[own:], [len(self.source.key_id) - own - len(others)])
        return Seen.of(self.shards.key_id, self.taken.trained, self.taken.watched, self.taken.dropped, *beside)

    @property
    def first_averaged(self) -> int:
        """The first epoch at whose end the weights are kept for their average; after the last one where none are."""
        last = self.settings.average_checkpoints
        return self.epochs - last if last > 1 else self.epochs

    def feed(self, epoch: int, first_step: int = 0) -> Any:
        """The batches of an epoch from a step on."""
        return open_feed(
            self.settings.feed,
            self.source,
            self._rows_of(epoch),
            self.inputs[epoch],
            self.settings.batch_size,
            self.settings.augmentation,
            self.feed_seed,
            epoch=epoch,
            first_step=first_step,
            weights=self.taken.weights,
            mixing=self.mixing,
            targets=self.lesson,
        )

    def watched_feed(self, epoch: int) -> Any:
        """The batches to score after an epoch; None where no row is watched."""
        return self._plain(self.taken.watched, self.inputs[epoch]) if len(self.taken.watched) else None

    def any_batch(self) -> Any:
        """A batch (x, y) of one drawing, for what has to see one."""
        return next(iter(self._plain(self.rows[:1], self.inputs[-1])))

    def __str__(self) -> str:
        return (
            f"{self.model.name} without fold {self.fold} of {self.folds}, seed {self.seed}, "
            f"{len(self.rows)} drawings ({self.seen.key_ids[:12]}), {self.settings.not_by_default()}"
            f"{'' if self.lesson is None else f', {self.lesson}'}"
            f"{'' if self.others is None else f', beside {self.seen.others} others ({self.seen.other_key_ids[:12]})'}"
        )

    def _rows_of(self, epoch: int) -> NDArray[np.int64]:
        """Those of an epoch, which is shuffled by its feed; with balanced classes some of them several times."""
        rows, label = self.rows, self.source.label
        if self.settings.balance_classes:
            rows = balanced(rows, label[rows], (self.feed_seed, epoch, *BALANCE))
        if self.others is None:
            return rows
        others = np.arange(len(label) - len(self.others), len(label))
        return rehearsed(rows, label[rows], others, label[others], self.settings.rehearsal, epoch, self.feed_seed)

    def _plain(self, rows: NDArray[np.int64], inputs: ModelInput) -> Any:
        # these rows lie scattered, and only the shards give a few of them without reading all
        return open_feed("shards", self.shards, rows, inputs, self.settings.batch_size, shuffle=False)


def make_plan(
    model: BaseModel,
    shards: Shards,
    fold: int | None,
    folds: int,
    settings: TrainSettings,
    seed: int,
    lesson: Lesson | None = None,
    others: OtherDrawings | None = None,
) -> Plan:
    """The plan of training `model` on every fold but `fold`.

    Raises `BadSettings` when they hold no drawing, for fewer epochs than are to be averaged, and for inputs that
    cannot be mixed where they are to be.
    """
    own_seed = np.random.SeedSequence([seed, zlib.crc32(model.name.encode()), folds if fold is None else fold])
    network_seed, split_seed, feed_seed = (int(word) for word in own_seed.generate_state(3))
    source = shards if lesson is None else lesson.shards
    if others is not None:
        source = source.joined(others)
    taken = _taken(shards, source.recognized, fold, folds, settings, split_seed)
    of_test = 0 if lesson is None else len(lesson.test_rows)
    whole, epochs = model.inputs_for(settings), settings.passes(len(taken.trained) + of_test)
    if settings.average_checkpoints > epochs:
        raise BadSettings(
            f"Expected at least as many epochs as are averaged, received {epochs} and average_checkpoints="
            f"{settings.average_checkpoints}. Set train_by_model.{model.name}.average_checkpoints to {epochs} at most."
        )
    inputs, mixing = inputs_by_epoch(whole, epochs, settings.small_first), None
    if settings.mixup or settings.cutmix:
        require_mixable(whole, model.name)
        mixing = Mixing(settings.mixup, settings.cutmix, len(shards.classes))
    given = model, shards, source, fold, folds, settings, seed, network_seed % 2**31, feed_seed, taken, inputs, mixing
    return Plan(*given, None if lesson is None else replace(lesson, shards=source), others)


def _taken(
    shards: Shards, recognized: NDArray[np.int8], fold: int | None, folds: int, settings: TrainSettings, seed: int
) -> Taken:
    """`recognized` is of the shards' drawings and of those numbered on after them, which have their weights too."""
    rows, watched = training_rows(shards.key_id, fold, folds, settings.inner_validation, seed)
    taken = Taken(rows, watched, rows[:0])
    if settings.unrecognized != "keep":
        taken = without_unrecognized(rows, watched, recognized, settings.unrecognized)
    if len(taken.trained) == 0:
        kind = "drawings" if len(rows) == 0 else "recognised drawings"
        where = "to pretrain on" if fold is None else f"outside fold {fold} of {folds}"
        raise BadSettings(f"Expected {kind} {where}, received none. Use more drawings or fewer folds.")
    return taken


def inputs_by_epoch(inputs: ModelInput, epochs: int, small_first: float) -> list[ModelInput]:
    """Small pictures for the first share of the epochs, whole ones in the last at least; all whole without a size."""
    turn = round(small_first * epochs)
    small = inputs.halved() if 0 < turn < epochs else None
    return [inputs] * epochs if small is None else [small] * turn + [inputs] * (epochs - turn)
