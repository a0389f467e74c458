"""Drawings of the run's classes from elsewhere, learned beside its own, so that what they showed is not forgotten.

What a network learned first is lost where nothing reminds it (rehearsal: Robins, Catastrophic Forgetting, Rehearsal and
Pseudorehearsal, 1995). And where a class has few drawings, others in the place of the same ones again are worth more.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from base_models.rows import KNOWN_UNRECOGNIZED, Rows
from base_models.settings import TrainSettings
from features.drawings import Drawings
from features.shards import Shards
from ground.errors import BadSettings


@dataclass(frozen=True, eq=False)
class OtherDrawings:
    """Some of the drawings of other shards, with their label in another class list."""

    shards: Shards
    rows: Rows  # (M,) of `shards`
    label: NDArray[np.int16]  # (M,)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def key_id(self) -> NDArray[np.int64]:
        """(M,)"""
        return self.shards.key_id[self.rows]

    @cached_property
    def has_time(self) -> NDArray[np.bool_]:
        """(M,) whether the times of a drawing's points are known."""
        return self.shards.has_time[self.rows]

    @cached_property
    def recognized(self) -> NDArray[np.int8]:
        """(M,) whether the game recognised a drawing: 1, 0, or -1 where that is unknown."""
        return self.shards.recognized[self.rows]

    def take(self, rows: Rows) -> Drawings:
        """The drawings of these rows, in this order."""
        return replace(self.shards.take(self.rows[rows]), label=self.label[rows])


def others_to_learn(others: Shards, classes: tuple[str, ...], settings: TrainSettings) -> OtherDrawings:
    """Those of `others` that are of `classes` and that the settings don't drop; raises `BadSettings` for none."""
    places = {name: place for place, name in enumerate(classes)}
    label = np.array([places.get(name, -1) for name in others.classes], np.int16)[others.label]
    wanted = label >= 0
    if settings.unrecognized == "drop":
        wanted &= others.recognized != KNOWN_UNRECOGNIZED
    if not wanted.any():
        raise BadSettings(
            f"Expected other drawings of the run's {len(classes)} classes to learn beside its own, received none among "
            f"{len(others):,}. Name another folder as pretrain, or set rehearsal=0."
        )
    rows = np.flatnonzero(wanted)
    return OtherDrawings(others, rows, label[rows])


def require_rehearsal(settings: TrainSettings, pretrain: str) -> None:
    """Raise `BadSettings` where there is nothing to rehearse, or the feed can't read it."""
    if settings.rehearsal and not pretrain:
        raise BadSettings("Expected a folder of other drawings to rehearse (pretrain), received none. Set rehearsal=0.")
    if settings.rehearsal and settings.feed not in ("shards", "generator"):
        raise BadSettings(
            f"Expected the feed shards or generator for rehearsal, received {settings.feed}, whose files hold no other "
            "drawing. Take --feed shards, or set rehearsal=0."
        )


def rehearsed(
    rows: Rows,
    label: NDArray[np.int16],
    others: Rows,
    other_label: NDArray[np.int16],
    share: float,
    epoch: int,
    seed: int,
) -> Rows:
    """The `rows` (n,) of an epoch, in ascending order, a `share` of which gives way to `others` (M,) of their classes.

    So every class is as frequent as before. Of a class that others have, they take turns through the epochs, in an
    order that `seed` fixes; which of the `rows` give way is drawn anew each epoch.
    """
    turns = np.random.default_rng([seed, 0]).permutation(len(others))
    turns = turns[np.argsort(other_label[turns], kind="stable")]
    shuffled = np.random.default_rng([seed, 1, epoch]).permutation(len(rows))
    shuffled = shuffled[np.argsort(label[shuffled], kind="stable")]
    mixed = rows.copy()
    for c in np.unique(other_label):
        waiting, own = turns[_of(other_label[turns], c)], shuffled[_of(label[shuffled], c)]
        places = round(share * len(own))
        first = epoch * places
        mixed[own[:places]] = others[waiting[np.arange(first, first + places) % len(waiting)]]
    return np.sort(mixed)


def _of(ascending: NDArray[np.int16], c: int) -> slice:
    first, end = np.searchsorted(ascending, [c, c + 1])
    return slice(first, end)
