"""From meant strokes to what a screen records, a whole batch at once: points in pixels, each with its time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from features.doodles.figures import Stroke
from features.doodles.hands import Hands

MILLISECONDS_A_POINT = 16.7  # a screen reports the pen 60 times a second
LIFT = 1.0  # distance put between strokes on the common way, so that no point falls between two of them


@dataclass(frozen=True)
class Recording:
    """N raw drawings of S strokes and P points, ragged as in `Drawings`, in screen pixels."""

    points: NDArray[np.int32]  # (P, 2) pixels
    time: NDArray[np.int32]  # (P,) milliseconds from the drawing's start
    stroke_starts: NDArray[np.int64]  # (S + 1,)
    drawing_starts: NDArray[np.int64]  # (N + 1,)


def record(drawings: Sequence[Sequence[Stroke]], hands: Hands, rng: Generator) -> Recording:
    """Draw all the strokes, each drawing with its own hand."""
    strokes = [stroke for drawing in drawings for stroke in drawing]
    drawing_starts = starts_of([len(drawing) for drawing in drawings])
    hand = np.repeat(np.arange(len(drawings)), np.diff(drawing_starts))  # (S,) whose stroke it is
    if not strokes:
        return Recording(np.zeros((0, 2), np.int32), np.zeros(0, np.int32), starts_of([]), drawing_starts)
    step = hands.pace[hand] * MILLISECONDS_A_POINT  # (S,) page units from point to point
    points, along, starts = _follow(strokes, step)  # (P, 2), (P,), (S + 1,)
    points = _blunted(points, starts, hands.rounding[hand])
    points = points + _strayed(points, along, starts, hand, hands, rng)
    return Recording(
        points=_on_screen(points, starts, hand, hands, rng),
        time=_times(starts, drawing_starts, hand, hands, rng),
        stroke_starts=starts,
        drawing_starts=drawing_starts,
    )


def starts_of(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each ragged row starts, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, np.int64))]).astype(np.int64)


def _follow(
    strokes: Sequence[Stroke], step: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Points at even distances along each stroke; their way along it in page units; where each stroke starts."""
    corners = np.concatenate(strokes)  # (Q, 2)
    starts = starts_of([len(stroke) for stroke in strokes])
    lengths = np.concatenate([[0.0], np.hypot(*np.diff(corners, axis=0).T)])  # (Q,)
    lengths[starts[1:-1]] = LIFT
    way = np.cumsum(lengths)  # (Q,) one long way through all strokes
    first, last = way[starts[:-1]], way[starts[1:] - 1]  # (S,)
    counts = np.where(last > first, np.ceil((last - first) / step) + 1, 1).astype(np.int64)
    new_starts = starts_of(counts)
    place = np.arange(new_starts[-1]) - np.repeat(new_starts[:-1], counts)  # (P,) of each point in its stroke
    even = (last - first) / np.maximum(counts - 1, 1)
    along = place * np.repeat(even, counts)
    target = np.minimum(np.repeat(first, counts) + along, np.repeat(last, counts))
    points = np.stack([np.interp(target, way, corners[:, axis]) for axis in (0, 1)], axis=1)
    return points, along, new_starts


def _blunted(
    points: NDArray[np.float64], starts: NDArray[np.int64], rounding: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Inner points of every stroke pulled towards the middle of their neighbours, twice."""
    pull = np.repeat(rounding, np.diff(starts))[:, None]  # (P, 1)
    pull[starts[:-1]] = 0.0
    pull[starts[1:] - 1] = 0.0
    for _ in range(2):
        middle = points.copy()
        middle[1:-1] = (points[:-2] + points[2:]) / 2
        points = points + pull * (middle - points)
    return points


def _strayed(
    points: NDArray[np.float64],
    along: NDArray[np.float64],
    starts: NDArray[np.int64],
    hand: NDArray[np.int64],
    hands: Hands,
    rng: Generator,
) -> NDArray[np.float64]:
    """(P, 2) how far each point lies from where it was meant."""
    counts, number = np.diff(starts), len(hand)

    def a_stroke(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.repeat(values, counts, axis=0)

    def amount(trait: NDArray[np.float64]) -> NDArray[np.float64]:
        return trait[hand][:, None] * rng.normal(size=(number, 2))  # (S, 2)

    centre = np.add.reduceat(points, starts[:-1]) / counts[:, None]  # (S, 2)
    progress = (along / np.maximum(a_stroke(along[starts[1:] - 1]), 1e-9) - 0.5)[:, None]  # (P, 1) -0.5 to 0.5
    waves = a_stroke(rng.uniform(0.008, 0.03, (number, 2))) * along[:, None] + a_stroke(rng.random((number, 2)))
    tremor = a_stroke(hands.tremor[hand])[:, None] * rng.normal(size=points.shape)
    stray = a_stroke(amount(hands.misplaced)) + progress * a_stroke(amount(hands.drift)) + tremor
    stray += np.sin(2 * np.pi * waves) * a_stroke(amount(hands.wobble))
    stray += (points - a_stroke(centre)) * a_stroke(amount(hands.misjudged))
    return stray


def _on_screen(
    points: NDArray[np.float64], starts: NDArray[np.int64], hand: NDArray[np.int64], hands: Hands, rng: Generator
) -> NDArray[np.int32]:
    """The page as a whole leans, slants, widens, and lies somewhere on the screen; whole pixels."""
    turn = 2 * np.pi * hands.turn
    pixels, wide = hands.width / 100, np.sqrt(hands.widening)
    across = np.stack([np.cos(turn) * wide, (hands.slant - np.sin(turn)) * wide], axis=1)  # (N, 2)
    down = np.stack([np.sin(turn), np.cos(turn)], axis=1) / wide[:, None]
    page = np.stack([across, down], axis=1) * pixels[:, None, None]  # (N, 2, 2)
    corner = rng.uniform(0, 250, (len(pixels), 2)) + 60 * pixels[:, None]
    whose = np.repeat(hand, np.diff(starts))  # (P,)
    screen = np.einsum("pij,pj->pi", page[whose], points) + corner[whose]
    return np.asarray(np.rint(np.maximum(screen, 0)), np.int32)


def _times(
    starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    hand: NDArray[np.int64],
    hands: Hands,
    rng: Generator,
) -> NDArray[np.int32]:
    """(P,) milliseconds since each drawing's first point; pauses between strokes."""
    delay = MILLISECONDS_A_POINT * rng.lognormal(0.0, 0.35, starts[-1])
    delay[starts[:-1]] = hands.pause[hand] * rng.lognormal(0.0, 0.6, len(hand))
    clock = np.cumsum(delay)
    strokes = np.diff(drawing_starts)
    filled = strokes > 0
    begin = clock[starts[drawing_starts[:-1][filled]]]  # of the drawings that have a stroke
    points = np.add.reduceat(np.diff(starts), drawing_starts[:-1][filled])
    return np.asarray(np.rint(clock - np.repeat(begin, points)), np.int32)
