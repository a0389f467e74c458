"""Drawings that are to a machine what real ones are: as many strokes and points, lines as long and as bent.

The numbers are those of 25,500 real simplified drawings of 21 and of 340 classes. To render these drawings and to
describe their strokes takes as long as with the real ones; nobody could tell what is drawn.
"""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from features.drawings import UNKNOWN_TIME, Drawings

CLASSES = 340  # as many as Kaggle's competition has
STROKES, STROKES_SHAPE = 5.7, 1.8  # a drawing; the shape gives a standard deviation of 4.1
POINTS, POINTS_SHAPE = 46.0, 2.2  # a drawing; the shape gives a standard deviation of 24
LEAST_POINTS = 2  # a stroke
EVENNESS = 1.2  # of the lengths of one drawing's strokes; a single stroke's share is gamma distributed by it
STEP, STEP_SPREAD = 40.0, 0.68  # canvas units from point to point before scaling, and its logarithm's deviation
BEND, WOBBLE = 1.1, 0.5  # radians a step, standard deviations: of a stroke all along, of each step by itself
REACH = 20.0  # canvas units about one place where strokes begin, before scaling, standard deviation
STEP_TIME, PAUSE_TIME = 80.0, 400.0  # milliseconds from point to point and from stroke to stroke, on average
FIRST_KEY, KEY_STEP = 2**52, 44_212_508  # 16 digits up to drawing 50 million; cv shards by golden ratio, so evenly
COUNTRIES = np.array([b"US", b"GB", b"CA", b"DE", b"RU", b"BR", b"TH"])
RECOGNIZED = 0.91  # share
FIRST_DAY, YEAR = np.datetime64("2017-01-01T00:00:00", "us"), 365 * 24 * 3600 * 10**6  # microseconds


def synthetic_classes() -> tuple[str, ...]:
    """Their names, in order."""
    return tuple(f"class {number:03}" for number in range(CLASSES))


def synthetic_drawings(count: int, seed: int = 0, timed_share: float = 0.0, first: int = 0) -> Drawings:
    """`count` drawings of random classes, numbered from `first`, by which they have their key_ids.

    `timed_share` of them have times. The drawings follow from seed and `first`.
    """
    rng = np.random.default_rng([seed, first])
    strokes = 1 + rng.negative_binomial(STROKES_SHAPE, STROKES_SHAPE / (STROKES_SHAPE + STROKES - 1), count)  # (N,)
    drawing_starts = _starts(strokes)
    stroke_starts = _starts(_lengths(strokes, drawing_starts, rng))
    point_starts = stroke_starts[drawing_starts]
    timed = rng.random(count) < timed_share
    time = _times(stroke_starts, point_starts, rng)
    return Drawings(
        points=_on_canvas(_lines(stroke_starts, rng), point_starts),
        time=np.where(np.repeat(timed, np.diff(point_starts)), time, UNKNOWN_TIME).astype(np.int32),
        stroke_starts=stroke_starts,
        drawing_starts=drawing_starts,
        key_id=FIRST_KEY + KEY_STEP * np.arange(first, first + count),
        label=rng.integers(0, CLASSES, count).astype(np.int16),
        country=rng.choice(COUNTRIES, count),
        recognized=(rng.random(count) < RECOGNIZED).astype(np.int8),
        timestamp=FIRST_DAY + rng.integers(0, YEAR, count).astype("timedelta64[us]"),
    )


def _lengths(strokes: NDArray[np.int64], drawing_starts: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    """(S,) points a stroke: the least, and of a drawing's others an uneven part."""
    mean = POINTS - LEAST_POINTS * STROKES
    others = rng.gamma(POINTS_SHAPE, mean / POINTS_SHAPE, len(strokes))  # (N,)
    weight = rng.gamma(EVENNESS, 1, drawing_starts[-1])  # (S,)
    part = weight / np.repeat(_sums(weight, drawing_starts), strokes)
    lengths: NDArray[np.int64] = np.floor(np.repeat(others, strokes) * part + rng.random(len(part))).astype(np.int64)
    return LEAST_POINTS + lengths


def _lines(stroke_starts: NDArray[np.int64], rng: Generator) -> NDArray[np.float64]:
    """(P, 2) points of strokes that go on in about their direction, bending to one side and wobbling."""
    lengths, begins = np.diff(stroke_starts), stroke_starts[:-1]
    turn = np.repeat(rng.normal(0, BEND, len(lengths)), lengths) + rng.normal(0, WOBBLE, stroke_starts[-1])
    turn[begins] = rng.uniform(0, 2 * np.pi, len(lengths))
    heading = _running(turn, stroke_starts)
    step = rng.lognormal(np.log(STEP), STEP_SPREAD, len(heading))[:, None]
    way = step * np.column_stack([np.cos(heading), np.sin(heading)])
    way[begins] = rng.normal(0, REACH, (len(lengths), 2))
    return _running(way, stroke_starts)


def _on_canvas(lines: NDArray[np.float64], point_starts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Each drawing moved and scaled as the dataset has it: from 0, its longer side up to 255."""
    counts, begins = np.diff(point_starts), point_starts[:-1]
    least, most = np.minimum.reduceat(lines, begins), np.maximum.reduceat(lines, begins)  # (N, 2)
    scale = 255 / np.maximum((most - least).max(axis=1), 1)
    moved = lines - np.repeat(least, counts, axis=0)
    points: NDArray[np.uint8] = np.rint(moved * np.repeat(scale, counts)[:, None]).astype(np.uint8)
    return points


def _times(stroke_starts: NDArray[np.int64], point_starts: NDArray[np.int64], rng: Generator) -> NDArray[np.float64]:
    """(P,) milliseconds since a drawing's first point."""
    passed = rng.exponential(STEP_TIME, stroke_starts[-1])
    passed[stroke_starts[:-1]] = rng.exponential(PAUSE_TIME, len(stroke_starts) - 1)
    passed[point_starts[:-1]] = 0
    return _running(passed, point_starts)


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)])


def _sums(values: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sum of each piece of `values`."""
    summed: NDArray[np.float64] = np.add.reduceat(values, starts[:-1])
    return summed


def _running(values: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The running sums of each piece of `values`, each from its own first value on."""
    total, begins = np.cumsum(values, axis=0), starts[:-1]
    before = np.repeat(total[begins] - values[begins], np.diff(starts), axis=0)
    summed: NDArray[np.float64] = total - before
    return summed
