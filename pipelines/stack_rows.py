"""The rows that meta-models take, and their answers to drawings that the networks of every fold have seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.statistics import STATISTICS, stroke_statistics
from oof.store import OOFStore
from stacking.columns import Floats, join_columns
from stacking.shift import answer_by_fold, is_shifted
from stacking.stacker import Stacker

COLUMNS = (*STATISTICS, "country")  # the last one is a category's number
CHUNK = 100_000  # drawings whose statistics are taken at a time; their points take 10 MB


def columns(probabilities: Sequence[Floats], source: Any) -> Floats:
    """(N, M * C + F) what meta-models take, from M models' probabilities (N, C) and the drawings of `source`."""
    return join_columns(probabilities, statistics_of(source))


def statistics_of(source: Any) -> Floats:
    """(N, F) the `COLUMNS` of the drawings of `source`."""
    statistics = np.empty((len(source), len(COLUMNS)), np.float32)
    for first in range(0, len(source), CHUNK):
        rows = np.arange(first, min(first + CHUNK, len(source)))
        drawings = source.take(rows)
        statistics[rows, :-1] = stroke_statistics(drawings)
        statistics[rows, -1] = country_number(drawings.country)
    return statistics


def country_number(country: NDArray[np.bytes_]) -> Floats:
    """(N,) a number for each two-letter code (N,), the same in every run; NaN for an empty one."""
    letters = np.ascontiguousarray(country).view(np.uint8).reshape(len(country), 2)
    number = letters @ np.array([256, 1], np.float32)
    return np.where(number > 0, number, np.nan).astype(np.float32)


@dataclass(frozen=True)
class AskedRows:
    """The test drawings of `source`, n of them, and in `stores` what the networks of all folds say of them."""

    stores: Sequence[OOFStore]  # one a base model
    source: Any

    def answers(self, method: Stacker) -> Floats:
        """(n, C) those of a fitted method."""
        if is_shifted(method):
            return answer_by_fold(method, map(self._columns, range(self.stores[0].folds)))
        return method.predict_proba(self._mean)

    @cached_property
    def _statistics(self) -> Floats:
        return statistics_of(self.source)

    @cached_property
    def _mean(self) -> Floats:
        return self._columns(None)

    def _columns(self, fold: int | None) -> Floats:
        """(n, M * C + F), by the networks of one fold or the mean over all."""
        key_id = self.source.key_id
        return join_columns([store.read_test(key_id, fold=fold) for store in self.stores], self._statistics)
