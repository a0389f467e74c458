"""Drawings on the disk and others, there or in memory, as if they were one set."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from features.drawings import Drawings


class MoreDrawings(Protocol):
    """`Drawings`, or what gives them row by row."""

    @property
    def key_id(self) -> NDArray[np.int64]:
        """(M,)"""

    @property
    def label(self) -> NDArray[np.int16]:
        """(M,) place in the class list."""

    @property
    def has_time(self) -> NDArray[np.bool_]:
        """(M,) whether the times of a drawing's points are known."""

    @property
    def recognized(self) -> NDArray[np.int8]:
        """(M,) whether the game recognised a drawing: 1, 0, or -1 where that is unknown."""

    def __len__(self) -> int: ...

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order."""


@dataclass(frozen=True, eq=False)
class JoinedDrawings:
    """The drawings of `first`, with the manners of `ArrowDrawings`, and numbered on after them those of `others`."""

    first: Any
    others: MoreDrawings

    def __len__(self) -> int:
        return len(self.first) + len(self.others)

    @cached_property
    def key_id(self) -> NDArray[np.int64]:
        """(N,)"""
        return np.concatenate([self.first.key_id, self.others.key_id])

    @cached_property
    def label(self) -> NDArray[np.int16]:
        """(N,) place in the class list."""
        return np.concatenate([self.first.label, self.others.label])

    @cached_property
    def has_time(self) -> NDArray[np.bool_]:
        """(N,) whether the times of a drawing's points are known."""
        return np.concatenate([self.first.has_time, self.others.has_time])

    @cached_property
    def recognized(self) -> NDArray[np.int8]:
        """(N,) whether the game recognised a drawing: 1, 0, or -1 where that is unknown."""
        return np.concatenate([self.first.recognized, self.others.recognized])

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order; raises IndexError past the last, `BadData` at damaged ones."""
        is_first = rows < len(self.first)
        of_first, of_others = np.flatnonzero(is_first), np.flatnonzero(~is_first)
        parts = [self.first.take(rows[of_first]), self.others.take(rows[of_others] - len(self.first))]
        return Drawings.concat(parts)[np.argsort(np.concatenate([of_first, of_others]))]
