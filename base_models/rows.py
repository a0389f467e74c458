"""Which drawings a training takes, how often in an epoch, and with what weight."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oof.folds import fold_of

Rows = NDArray[np.int64]
KNOWN_UNRECOGNIZED = 0  # in the column `recognized`; what is unknown counts as recognised


@dataclass(frozen=True)
class Taken:
    """The rows outside the held-out fold, by what becomes of them."""

    trained: Rows
    watched: Rows  # scored after each epoch, never trained on
    dropped: Rows  # left out on purpose
    weights: NDArray[np.float32] | None = None  # (N,) of every drawing, of mean 1 over `trained`; None: all weigh 1


def training_rows(
    key_id: NDArray[np.int64], fold: int | None, folds: int, inner_validation: float, seed: int
) -> tuple[Rows, Rows]:
    """The rows to train on and, apart from them, the rows to watch; none is of `fold`; None holds out no fold."""
    rows = np.arange(len(key_id)) if fold is None else np.flatnonzero(fold_of(key_id, folds) != fold)
    shuffled = np.random.default_rng(seed).permutation(rows)
    watched = int(inner_validation * len(rows))
    return np.sort(shuffled[watched:]), np.sort(shuffled[:watched])


def without_unrecognized(rows: Rows, watched: Rows, recognized: NDArray[np.int8], kept: float | str) -> Taken:
    """What becomes of the `rows` to train on when drawings that the game did not recognise are dropped or weigh less.

    `recognized` (N,) is of every drawing. Those that are watched stay, as held-out ones do, so that the two scores
    are of like drawings.
    """
    unrecognized = recognized == KNOWN_UNRECOGNIZED  # (N,)
    if kept == "drop":
        dropped = unrecognized[rows]
        return Taken(rows[~dropped], watched, rows[dropped])
    weights = np.where(unrecognized, float(kept), 1.0)
    if len(rows):
        weights /= weights[rows].mean()  # so that the rate of learning stays what it is
    return Taken(rows, watched, rows[:0], weights.astype(np.float32))


def balanced(rows: Rows, label: NDArray[np.int16], seed: Sequence[int]) -> Rows:
    """As many rows as there are, of all classes equally many (by one more or less), in ascending order.

    `label` (n,) is of these rows. Of a class, each row comes equally often (by one more or less); which ones come
    once more, `seed` fixes.
    """
    rng = np.random.default_rng(list(seed))
    groups = _by_class(rows, label)
    each, left = divmod(len(rows), len(groups))
    counts = each + (rng.permutation(len(groups)) < left)
    return np.sort(np.concatenate([_drawn(*pair, rng) for pair in zip(groups, counts.tolist(), strict=True)]))


def evenly(rows: Rows, label: NDArray[np.int16], most: int, seed: int) -> Rows:
    """At most `most` of `rows`, equally many of each class but of those that have fewer, in ascending order.

    `label` (n,) is of these rows. Which ones, `seed` fixes.
    """
    if len(rows) <= most:
        return rows
    rng, groups = np.random.default_rng(seed), _by_class(rows, label)
    return np.sort(np.concatenate([rng.permutation(group)[: most // len(groups)] for group in groups]))


def _by_class(rows: Rows, label: NDArray[np.int16]) -> list[Rows]:
    order = np.argsort(label, kind="stable")
    return np.split(rows[order], np.flatnonzero(np.diff(label[order])) + 1)


def _drawn(group: Rows, count: int, rng: np.random.Generator) -> Rows:
    whole, left = divmod(count, len(group))
    return np.concatenate([np.tile(group, whole), rng.permutation(group)[:left]])
