"""The rows that meta-models take, and their answers to drawings that the networks of every fold have seen."""

from collections.abc import Iterator, Sequence
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
    statistics = np.empty((len(source), len(COLUMNS)), np.float32)
    for first in range(0, len(source), CHUNK):
        rows = np.arange(first, min(first + CHUNK, len(source)))
        drawings = source.take(rows)
        statistics[rows, :-1] = stroke_statistics(drawings)
        statistics[rows, -1] = country_number(drawings.country)
    return join_columns(probabilities, statistics)


def country_number(country: NDArray[np.bytes_]) -> Floats:
    """(N,) a number for each two-letter code (N,), the same in every run; NaN for an empty one."""
    letters = np.ascontiguousarray(country).view(np.uint8).reshape(len(country), 2)
    number = letters @ np.array([256, 1], np.float32)
    return np.where(number > 0, number, np.nan).astype(np.float32)


def answers(method: Stacker, stores: Sequence[OOFStore], source: Any) -> Floats:
    """(n, C) of `method` to the test drawings of `source`, from what the networks of all folds say in `stores`."""

    def asked(fold: int | None) -> Floats:
        return columns([store.read_test(source.key_id, fold=fold) for store in stores], source)

    def each() -> Iterator[Floats]:
        yield from map(asked, range(stores[0].folds))

    return answer_by_fold(method, each()) if is_shifted(method) else method.predict_proba(asked(None))
