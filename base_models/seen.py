"""What a training has seen: recorded when it ends, and compared with the drawings whenever it is asked."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ground.errors import FoldMismatch
from oof.folds import RULE, fold_around, fold_of

NO_KEYS = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Seen:
    """`seen` in `done.json`: the drawings that one (model, fold) was trained on, and those that it watched."""

    trained: int  # drawings that the weights were fitted to
    watched: int  # drawings that the history's val_… columns are of
    key_ids: str  # `digest` of both together, and of those dropped
    dropped: int = 0  # drawings outside the fold that were left out on purpose
    test: int = 0  # test drawings that it was trained on by pseudo-labels
    test_key_ids: str = ""  # `digest` of these
    others: int = 0  # drawings from elsewhere that it was trained on beside its own
    other_key_ids: str = ""  # `digest` of these

    @classmethod
    def of(
        cls,
        key_id: NDArray[np.int64],
        trained: NDArray[np.int64],
        watched: NDArray[np.int64],
        dropped: NDArray[np.int64],
        test_key_id: NDArray[np.int64] = NO_KEYS,
        other_key_id: NDArray[np.int64] = NO_KEYS,
    ) -> "Seen":
        """Of the rows of `key_id` (N,) that go to `fit` as its data and as its validation data, or not at all.

        And of the test drawings, and the drawings from elsewhere, that go there beside them.
        """
        own = digest(key_id[np.concatenate([trained, watched, dropped])])
        of_test, of_others = (digest(keys) if len(keys) else "" for keys in (test_key_id, other_key_id))
        beside = len(test_key_id), of_test, len(other_key_id), of_others
        return cls(len(trained), len(watched), own, len(dropped), *beside)


@dataclass(frozen=True)
class Teacher:
    """In `done.json`: a trained network whose answers a training learned from, itself or by another teacher of it."""

    folder: str  # where it lay
    model: str
    fold: int
    folds: Annotated[int, Field(ge=1)]  # of a damaged file, 0 would be no divisor of any
    network: str  # SHA-256 of its `model.keras`
    seen: Seen


def digest(key_id: NDArray[np.int64]) -> str:
    """The SHA-256 of key_ids in ascending order, 8 bytes each, little-endian: the same for any order of them."""
    return hashlib.sha256(np.sort(key_id).astype("<i8").data).hexdigest()


def require_unseen(seen: Seen, key_id: NDArray[np.int64], fold: int, folds: int) -> None:
    """Raise `FoldMismatch` unless a training saw, of all drawings (N,), exactly those outside `fold`: none inside it.

    It holds as far as SHA-256 does, and whichever of them were watched or dropped.
    """
    outside = key_id[fold_of(key_id, folds) != fold]
    if seen.key_ids != digest(outside):
        raise FoldMismatch(
            f"Expected a training without fold {fold} (`{RULE}`, {folds} folds) to have seen the {len(outside):,} "
            f"drawings outside it and no other, by the SHA-256 of their key_ids; received one of "
            f"{seen.trained + seen.watched + seen.dropped:,} drawings that are not those. Delete what "
            "it made, and train it again."
        )


def require_unseen_by(teacher: Teacher, key_id: NDArray[np.int64], fold: int, folds: int) -> None:
    """Raise `FoldMismatch` unless a teacher of the training without `fold` has, like it, seen no drawing inside it.

    With fewer folds it is one without the fold around it.
    """
    who = f"a teacher without fold {fold} of {folds}"
    if teacher.fold != fold_around(fold, folds, teacher.folds):
        raise FoldMismatch(
            f"Expected {who}, received {teacher.model} without fold {teacher.fold} of {teacher.folds} "
            f"({teacher.folder}). Name a run of as many folds as its teacher, or of a divisor."
        )
    try:
        require_unseen(teacher.seen, key_id, teacher.fold, teacher.folds)
    except FoldMismatch as error:
        raise FoldMismatch(
            f"Expected {who} that has seen just the drawings outside fold {teacher.fold} of {teacher.folds}, "
            f"received {teacher.model} ({teacher.folder}), which has seen "
            f"{teacher.seen.trained + teacher.seen.watched + teacher.seen.dropped:,} drawings that are not those. "
            "Name a run of the same drawings, with the same holdout, as its teacher."
        ) from error
