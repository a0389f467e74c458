"""Trained networks that are asked what they think of drawings, so that another one may learn it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from base_models.prediction import load_network, predict
from base_models.records import DONE, TrainingRecord
from base_models.registry import model_named
from base_models.seen import Teacher, require_unseen_by
from base_models.settings import TrainSettings
from features.feeds.shards import Source
from features.inputs import ModelInput
from features.shards import Shards
from features.soft_labels import Floats
from ground.errors import BadSettings
from ground.files import sha256


@dataclass(frozen=True)
class _Asked:
    network: keras.Model
    inputs: ModelInput
    settings: TrainSettings


@dataclass(frozen=True)
class Teachers:
    """Networks of one fold, and what is recorded of them and of those that taught them."""

    asked: tuple[_Asked, ...]
    named: tuple[Teacher, ...]

    @classmethod
    def called(cls, folders: Sequence[Path], shards: Shards, fold: int, folds: int) -> "Teachers":
        """Of trained (model, fold) in these folders.

        Raises `BadSettings` where there is none, `MissingResult` and `BadData` where one is not there or damaged,
        `FoldMismatch` where one has seen other drawings than the `shards` outside `fold`, or a teacher of its own has.
        """
        if not folders:
            raise BadSettings("Expected a trained network or more to learn from, received none.")
        records = [TrainingRecord.read(folder / DONE) for folder in folders]
        asked = tuple(_asked(*pair, len(shards.classes)) for pair in zip(folders, records, strict=True))
        named = [_named(*pair) for pair in zip(folders, records, strict=True)]
        every = tuple(dict.fromkeys([*named, *(teacher for record in records for teacher in record.teachers)]))
        for teacher in every:
            require_unseen_by(teacher, shards.key_id, fold, folds)
        return cls(asked, every)

    def answers(self, source: Source, rows: NDArray[np.int64]) -> Floats:
        """(n, C) the mean of what they say of these rows."""
        said = [predict(one.network, one.inputs, source, rows, one.settings) for one in self.asked]
        mean: Floats = np.mean(said, axis=0, dtype=np.float32)
        return mean

    def leave(self) -> None:
        """Make room: and let layers that are built next be named as if there had been none."""
        keras.utils.clear_session()


def _named(folder: Path, record: TrainingRecord) -> Teacher:
    fold = -1 if record.fold is None else record.fold
    return Teacher(str(folder), record.model, fold, record.folds, sha256(folder / "model.keras"), record.seen)


def _asked(folder: Path, record: TrainingRecord, classes: int) -> _Asked:
    settings = TrainSettings.of(record.settings, str(folder / DONE))
    inputs = model_named(record.model).inputs_for(settings)
    return _Asked(load_network(folder / "model.keras", inputs, classes), inputs, settings)
