"""A few doodles in memory, for who wants some drawings and no files."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.doodles.collecting import collect, distinct_key_ids
from features.drawings import UNKNOWN_RECOGNIZED, Drawings
from features.formats.reduction import reduce_raw


def some_doodles(words: Sequence[str], each: int, seed: int = 1) -> Drawings:
    """`each` simplified drawings of every word, every other one with time; labels are places in `words`.

    The same arguments give the same drawings. Raises `BadSettings` for a word that no recipe draws.
    """
    key_id = distinct_key_ids(each * len(words), np.random.default_rng(seed)).reshape(len(words), each)
    return Drawings.concat(_doodles(word, label, key_id[label], seed) for label, word in enumerate(words))


def _doodles(word: str, label: int, key_id: NDArray[np.int64], seed: int) -> Drawings:
    raw = collect(word, key_id, np.random.default_rng((seed, label))).recording
    x, y, time = (axis.astype(np.float64) for axis in (*raw.points.T, raw.time))
    count = len(key_id)
    reduced = reduce_raw(x, y, time, raw.stroke_starts, raw.drawing_starts, np.arange(count) % 2 == 0)
    return Drawings(
        points=reduced.points,
        time=reduced.time,
        stroke_starts=reduced.stroke_starts,
        drawing_starts=reduced.drawing_starts,
        key_id=key_id,
        label=np.full(count, label, np.int16),
        country=np.zeros(count, "S2"),
        recognized=np.full(count, UNKNOWN_RECOGNIZED, np.int8),
        timestamp=np.full(count, np.datetime64("NaT"), "datetime64[us]"),
    )
