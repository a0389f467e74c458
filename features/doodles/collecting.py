"""Asking people for doodles: what was asked, what they drew, who they were, and whether it was recognized."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from features.doodles.figures import Stroke
from features.doodles.hands import Hands, manner, scribble
from features.doodles.motion import Recording, record
from features.doodles.recipes import DOODLES
from features.doodles.taste import Taste
from ground.errors import BadSettings
from ground.settings import nearest

WORDS = tuple(sorted(DOODLES))

# Shares of what goes wrong, near to what one finds when looking through the real set
EMPTY = 0.001  # nothing drawn at all
SCRIBBLED = 0.010  # something without sense
MISLABELLED = 0.022  # another doodle than the one asked for
BROKEN_OFF = 0.020  # the first strokes only

COUNTRIES = {"US": 42, "GB": 8, "CA": 5, "DE": 5, "AU": 4, "RU": 4, "BR": 3, "SE": 3, "FI": 3, "CZ": 3}
COUNTRIES |= {"IT": 3, "PL": 3, "FR": 3, "SA": 3, "TH": 2, "HU": 2, "KR": 2, "PH": 1, "ID": 1, "JP": 1}

FIRST_KEY, LAST_KEY = 2**52, 2**52 * 3 // 2  # 16 digits, the span of the real set's key_ids
FIRST_DAY = np.datetime64("2017-01-01T00:00:00.000000")
YEAR = 365 * 24 * 3600 * 10**6  # microseconds


@dataclass(frozen=True)
class Collected:
    """N drawings that people made when asked for `word`."""

    word: str
    recording: Recording  # N raw drawings, timed
    key_id: NDArray[np.int64]  # (N,)
    recognized: NDArray[np.bool_]  # (N,) whether the game guessed it: mostly not where something went wrong
    country: NDArray[np.str_]  # (N,) two letters
    timestamp: NDArray[np.datetime64]  # (N,) microseconds of 2017, UTC


def collect(word: str, key_id: NDArray[np.int64], rng: Generator) -> Collected:
    """A drawing of `word` for each key_id; the drawings follow from `rng`'s state alone.

    Raises `BadSettings` for a word that no recipe draws.
    """
    if word not in DOODLES:
        raise BadSettings(f"Expected a doodle of the catalogue, received '{word}'{nearest(word, list(DOODLES))}.")
    count, seed = len(key_id), int(rng.integers(2**62))
    hands = Hands.of_people(count, rng)
    drawings, good = [], np.ones(count, bool)
    for number, hurry in enumerate(hands.hurry.tolist()):
        strokes, good[number] = _answer(word, hurry, Taste(f"{seed} {number}"))
        drawings.append(strokes)
    guessed = np.where(good, np.where(hands.hurry > 0.6, 0.75, 0.97), 0.2)
    return Collected(
        word=word,
        recording=record(drawings, hands, rng),
        key_id=key_id,
        recognized=rng.random(count) < guessed,
        country=rng.choice(list(COUNTRIES), count, p=np.array(list(COUNTRIES.values())) / sum(COUNTRIES.values())),
        timestamp=FIRST_DAY + rng.integers(0, YEAR, count).astype("timedelta64[us]"),
    )


def distinct_key_ids(count: int, rng: Generator) -> NDArray[np.int64]:
    """`count` different key_ids of 16 digits, in random order and so spread over all cv shards."""
    keys = np.zeros(0, np.int64)
    while len(keys) < count:
        keys = np.unique(np.concatenate([keys, rng.integers(FIRST_KEY, LAST_KEY, count)]))
    return rng.permutation(keys)[:count]


def in_batches(key_id: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """The key_ids cut into pieces of `size`, the last one shorter."""
    for first in range(0, len(key_id), size):
        yield key_id[first : first + size]


def _answer(word: str, hurry: float, taste: Taste) -> tuple[list[Stroke], bool]:
    """The strokes that a person draws when asked for `word`, and whether they are what was asked for."""
    fate = taste.between(0.0, 1.0)
    if (fate := fate - EMPTY) < 0:
        return [], False
    if (fate := fate - SCRIBBLED) < 0:
        return scribble(taste), False
    if (fate := fate - MISLABELLED) < 0:
        other = taste.one_of(*(each for each in WORDS if each != word))
        return manner(list(DOODLES[other](taste)), hurry, taste), False
    strokes = manner(list(DOODLES[word](taste)), hurry, taste)
    if fate - BROKEN_OFF < 0:
        return strokes[: taste.count(1, 2)], False
    return strokes, True
