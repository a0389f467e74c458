"""The part of the leak audit about what was learned from other networks: teachers, and test drawings they named."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from base_models.pseudo_labels import PSEUDO_LABELS, read_pseudo_labels
from base_models.records import DONE, TrainingRecord
from base_models.seen import digest, require_unseen_by
from features.shards import Shards
from ground.errors import BadData, FoldMismatch, KeyMismatch, MissingResult
from pipelines.checks import Check
from pipelines.run_folder import RunFolder

WRONG = FoldMismatch, KeyMismatch, BadData, MissingResult


def lesson_checks(run: RunFolder, shards: Shards, model: str, folds: int) -> Iterator[Check]:
    """A line for all teachers of a model's folds and one for its pseudo-labels, or one for each that is wrong."""
    taught: dict[str, list[int]] = {"teachers": [], "pseudo-labels": []}
    for fold in range(folds):
        folder = run.fold(model, fold)
        try:
            done = TrainingRecord.read(folder / DONE)
        except (MissingResult, BadData):
            continue  # `training of` says so
        for what, learned, prove in (
            ("teachers", bool(done.teachers), partial(_require_unseen, done, shards, fold, folds)),
            ("pseudo-labels", bool(done.seen.test), partial(_require_test_drawings, done, shards, folder)),
        ):
            try:
                prove()
                taught[what] += [fold] * learned
            except WRONG as error:
                yield Check(f"{what} of {model}", "failure", str(error), f"Delete {folder}, and train it again.")
    found = {
        "teachers": "no held-out key_id was seen by a teacher of the fold or a teacher of that, by SHA-256",
        "pseudo-labels": "test drawings, none of them among those to train on or set aside, named by these teachers",
    }
    for what, of in taught.items():
        if of:
            yield Check(f"{what} of {model}", "ok", f"folds {', '.join(map(str, of))}: {found[what]}")


def _require_unseen(done: TrainingRecord, shards: Shards, fold: int, folds: int) -> None:
    """Raise where a teacher, or a teacher of that, has learned what this fold holds out."""
    for teacher in done.teachers:
        require_unseen_by(teacher, shards.key_id, fold, folds)


def _require_test_drawings(done: TrainingRecord, shards: Shards, folder: Path) -> None:
    """Raise `KeyMismatch` unless the drawings learned by pseudo-labels are those of the file, and of the test set."""
    if not done.seen.test:
        return
    key_id, _ = read_pseudo_labels(folder / PSEUDO_LABELS, shards.classes)
    own = np.concatenate([shards.key_id, shards.holdout().key_id])
    strange = key_id[~np.isin(key_id, shards.test().key_id) | np.isin(key_id, own)]
    if done.seen.test_key_ids != digest(key_id) or len(strange):
        received = f"key_id {strange[0]}" if len(strange) else f"{len(key_id):,} others, by SHA-256"
        raise KeyMismatch(
            f"Expected in {folder / PSEUDO_LABELS} the {done.seen.test:,} test drawings that were learned, none of "
            f"them among the others of the run; received {received}."
        )
