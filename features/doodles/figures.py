"""The strokes that a doodle is made of: lines, boxes, ellipses, curves; one pull of the pen each.

A page is 100 × 100 and y grows downwards. Angles are in whole turns: 0 points right, 0.25 down, 0.5 left.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]  # (n, 2) x and y in the order in which the pen moves
Point = tuple[float, float]

CURVE_STEPS = 6  # points from one point of a curve to the next; what is finer, a hand's wobble hides
ROUND_STEPS = 28  # points a full turn, for the same reason


def line(*corners: Point) -> Stroke:
    """Straight from corner to corner."""
    return np.array(corners, np.float64)


def polygon(*corners: Point) -> Stroke:
    """Straight from corner to corner and back to the first."""
    return np.array((*corners, corners[0]), np.float64)


def box(left: float, top: float, right: float, bottom: float) -> Stroke:
    """An upright rectangle, from its top left corner downwards and round."""
    return polygon((left, top), (left, bottom), (right, bottom), (right, top))


def ellipse(x: float, y: float, wide: float, high: float, start: float = 0.75, turn: float = 1.0) -> Stroke:
    """Round (x, y) with radii `wide` and `high`, from the angle `start` through `turn`; negative goes left-handed."""
    steps = max(3, round(abs(turn) * ROUND_STEPS))
    angles = _angles(steps) * turn + 2 * np.pi * start
    return np.stack([x + wide * np.cos(angles), y + high * np.sin(angles)], axis=1)


def circle(x: float, y: float, radius: float, start: float = 0.75, turn: float = 1.0) -> Stroke:
    """An ellipse whose radii are the same."""
    return ellipse(x, y, radius, radius, start, turn)


def curve(*points: Point) -> Stroke:
    """Smoothly through all points: a uniform Catmull-Rom spline, whose ends are doubled."""
    knots = np.array((points[0], *points, points[-1]), np.float64)  # (n + 2, 2)
    windows = np.stack([knots[:-3], knots[1:-2], knots[2:-1], knots[3:]])  # (4, n - 1, 2)
    inner = np.einsum("sk,knd->nsd", _catmull_rom(), windows).reshape(-1, 2)  # (n - 1, steps, 2)
    return np.concatenate([inner, knots[-1:]])


def loop(*points: Point) -> Stroke:
    """Smoothly through all points and back to the first, where it may have a corner."""
    return curve(*points, points[0])


def zigzag(first: Point, last: Point, teeth: int, height: float) -> Stroke:
    """Back and forth across the way from `first` to `last`, as one shades or fakes a line of text."""
    along = np.linspace(0.0, 1.0, 2 * teeth + 1)[:, None]
    way = np.subtract(last, first)
    across = np.array([-way[1], way[0]]) / (np.hypot(*way) + 1e-9)
    side = np.where(np.arange(2 * teeth + 1) % 2, height, -height)[:, None]
    return np.asarray(first + along * way + side * across)


def ray(x: float, y: float, inner: float, outer: float, angle: float) -> Stroke:
    """Straight away from (x, y), from radius `inner` to `outer`."""
    across, down = np.cos(2 * np.pi * angle), np.sin(2 * np.pi * angle)
    return line((x + inner * across, y + inner * down), (x + outer * across, y + outer * down))


def dot(x: float, y: float) -> Stroke:
    """The pen touches the page and leaves it."""
    return line((x, y))


def turned(stroke: Stroke, angle: float, about: Point = (50, 50)) -> Stroke:
    """The stroke turned by `angle` turns about a point."""
    across, down = np.cos(2 * np.pi * angle), np.sin(2 * np.pi * angle)
    return np.asarray((stroke - about) @ np.array([[across, down], [-down, across]]) + about)


def mirrored(stroke: Stroke, x: float = 50) -> Stroke:
    """The stroke with left and right exchanged about a vertical line."""
    return np.asarray(stroke * [-1, 1] + [2 * x, 0])


def both_sides(stroke: Stroke) -> tuple[Stroke, Stroke]:
    """The stroke mirrored about the middle of the page, then itself: whoever draws pairs begins on the left."""
    return mirrored(stroke), stroke


@cache
def _angles(steps: int) -> NDArray[np.float64]:
    return np.linspace(0.0, 2 * np.pi, steps + 1)


@cache
def _catmull_rom() -> NDArray[np.float64]:
    t = np.arange(CURVE_STEPS)[:, None] / CURVE_STEPS  # (steps, 1)
    powers = np.hstack([t**0, t, t**2, t**3])  # (steps, 4)
    weights = [[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]
    return np.asarray(powers @ np.array(weights) / 2)
