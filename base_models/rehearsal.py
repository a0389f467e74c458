"""Drawings of the run's classes from elsewhere, learned beside its own, so that what they showed is not forgotten.

What a network learned first is lost where nothing reminds it (rehearsal: Robins, Catastrophic Forgetting, Rehearsal and
Pseudorehearsal, 1995). And where a class has few drawings, others in the place of the same ones again are worth more.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from base_models.rows import KNOWN_UNRECOGNIZED, Rows
from base_models.settings import TrainSettings
from features.drawings import Drawings
from features.feeds import BY_ROW
from features.shards import ChosenDrawings, Shards
from ground.errors import BadSettings


@dataclass(frozen=True, eq=False)
class OtherDrawings(ChosenDrawings):
    """Some of the drawings of other shards, with their label in another class list."""

    labels: NDArray[np.int16]  # (M,)

    @property
    def label(self) -> NDArray[np.int16]:  # type: ignore[override]
        """(M,) place in that class list."""
        return self.labels

    def take(self, rows: Rows) -> Drawings:
        """The drawings of these rows, in this order; raises as those of `drawings` do."""
        return replace(super().take(rows), label=self.labels[rows])


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
    if settings.rehearsal and settings.feed not in BY_ROW:
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
