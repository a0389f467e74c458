"""The variety of hands: how quickly, how carefully and in what order people draw."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from features.doodles.figures import Stroke, line, zigzag
from features.doodles.taste import Taste

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Hands:
    """How N people draw, an array (N,) a trait; lengths are in units of the page of 100 × 100."""

    hurry: Column  # 0 calm to 1 careless; what all other traits follow loosely
    tremor: Column  # how far the pen shakes from point to point
    wobble: Column  # how far it wanders slowly
    misplaced: Column  # how far a stroke lies from where it belongs
    drift: Column  # how far a stroke's end lies from where it should: outlines stay open or overshoot
    misjudged: Column  # share by which a stroke comes out too long or too short
    rounding: Column  # 0 sharp corners to 1 blunt ones
    turn: Column  # turns by which the whole drawing leans
    slant: Column  # shear of uprights, as handwriting has
    widening: Column  # width over height, relative to what is meant
    pace: Column  # page units a millisecond
    pause: Column  # milliseconds from stroke to stroke
    width: Column  # of the drawing on the screen, in pixels

    @classmethod
    def of_people(cls, count: int, rng: Generator) -> Self:
        """The hands of `count` people."""
        hurry = rng.beta(1.6, 3.2, count)

        def around(calm: float, careless: float) -> Column:
            return (calm + (careless - calm) * hurry) * rng.lognormal(0.0, 0.35, count)

        return cls(
            hurry=hurry,
            tremor=around(0.08, 0.4),
            wobble=around(0.6, 3.2),
            misplaced=around(0.8, 5.0),
            drift=around(1.0, 8.0),
            misjudged=around(0.03, 0.20),
            rounding=np.clip(around(0.15, 0.9), 0.0, 1.0),
            turn=rng.normal(0.0, 0.022, count),
            slant=rng.normal(0.0, 0.10, count),
            widening=rng.lognormal(0.0, 0.17, count),
            pace=around(0.07, 0.22),
            pause=around(650.0, 260.0),
            width=rng.lognormal(np.log(320.0), 0.5, count),
        )


def manner(strokes: list[Stroke], hurry: float, taste: Taste) -> list[Stroke]:
    """The strokes as one person goes about them: some left out, turned round, swapped, cut, run together, or added.

    The first stroke is never left out, so that a drawing stays a drawing.
    """
    kept = [stroke for place, stroke in enumerate(strokes) if place == 0 or not taste.likes(0.02 + 0.16 * hurry)]
    if taste.likes(0.12):
        kept = taste.in_any_order(kept)
    backwards = 0.5 if taste.likes(0.15) else 0.04
    drawn = [stroke[::-1] if taste.likes(backwards) else stroke for stroke in kept]
    if taste.likes(0.15 + 0.3 * hurry):
        drawn = _run_together(drawn)
    if taste.likes(0.15):
        drawn = _cut(drawn, taste)
    if taste.likes(0.06):
        drawn.insert(taste.count(0, len(drawn)), taste.one_of(*drawn))
    if taste.likes(0.03 + 0.05 * hurry):
        drawn.append(shading(taste))
    return drawn


def shading(taste: Taste) -> Stroke:
    """A zigzag somewhere over the page, as one who fills an area or strikes something out."""
    left, top = taste.between(20, 55), taste.between(20, 70)
    to = (left + taste.between(12, 45), top + taste.near(0, 20))
    return zigzag((left, top), to, taste.count(3, 9), taste.between(3, 14))


def scribble(taste: Taste) -> list[Stroke]:
    """What someone draws who does not draw what was asked: a few strokes across the page, without sense."""
    places = [(taste.between(0, 100), taste.between(0, 100)) for _ in range(taste.count(3, 12))]
    return [line(*places)] + [shading(taste) for _ in range(taste.count(0, 3))]


def _run_together(strokes: list[Stroke]) -> list[Stroke]:
    """Strokes that start where the last one ended are drawn without lifting the pen."""
    joined = strokes[:1]
    for stroke in strokes[1:]:
        if np.abs(joined[-1][-1] - stroke[0]).sum() < 16:
            joined[-1] = np.concatenate([joined[-1], stroke])
        else:
            joined.append(stroke)
    return joined


def _cut(strokes: list[Stroke], taste: Taste) -> list[Stroke]:
    """The pen is lifted once in the middle of a long stroke."""
    place = max(range(len(strokes)), key=lambda number: len(strokes[number]))
    long = strokes[place]
    if len(long) < 3:
        return strokes
    at = taste.count(1, len(long) - 2)
    return [*strokes[:place], long[: at + 1], long[at:], *strokes[place + 1 :]]
