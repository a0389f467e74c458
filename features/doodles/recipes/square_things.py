"""Envelope and television, which share a box; fence and ladder, which share posts and bars."""

from collections.abc import Iterator

from features.doodles.catalogue import doodle
from features.doodles.figures import Stroke, box, circle, line, turned, zigzag
from features.doodles.taste import Taste


@doodle("envelope")
def envelope(taste: Taste) -> Iterator[Stroke]:
    """A box with a flap; seams from the lower corners; a stamp or a line of address."""
    high, deep = taste.between(22, 34), taste.between(-4, 12)
    yield box(10, 50 - high, 90, 50 + high)
    flap = (50, 50 + deep)
    if taste.likes(0.7):
        yield line((10, 50 - high), flap, (90, 50 - high))
    else:
        yield line((10, 50 - high), flap)
        yield line(flap, (90, 50 - high))
    if taste.likes(0.35):
        yield line((10, 50 + high), (40, 46 + deep))
        yield line((60, 46 + deep), (90, 50 + high))
    if taste.likes(0.12):
        yield box(76, 54 - high, 86, 66 - high)
    if taste.likes(0.1):
        yield zigzag((35, 62), (65, 62), 6, 2)


@doodle("television")
def television(taste: Taste) -> Iterator[Stroke]:
    """A box, mostly with a screen in it; an antenna, which may hang as low as a flap; feet and knobs."""
    high, edge = taste.between(22, 34), taste.between(4, 10)
    yield box(10, 50 - high, 90, 50 + high)
    knobs = taste.likes(0.45)
    if taste.likes(0.75):
        yield box(10 + edge, 50 - high + edge, 90 - edge - 14 * knobs, 50 + high - edge)
    if taste.likes(0.6):
        rise = taste.between(14, 24)
        yield line((taste.near(32, 8), 50 - high - rise), (50, 50 - high), (taste.near(68, 8), 50 - high - rise))
    if knobs:
        for knob in range(taste.count(1, 3)):
            yield circle(82, 38 + 11 * knob, taste.between(2, 4))
    if taste.likes(0.45):
        yield line((28, 50 + high), (22, 58 + high))
        yield line((72, 50 + high), (78, 58 + high))
    if taste.likes(0.12):
        yield zigzag((22, 50), (66, 50), 5, 8)


@doodle("fence")
def fence(taste: Taste) -> Iterator[Stroke]:
    """Pickets one after another, some pointed; then two rails across them."""
    pickets, top = taste.count(4, 8), taste.between(22, 34)
    pointed = taste.likes(0.4)
    pitch = 84 / (pickets - 1)
    for picket in range(pickets):
        x, wide = 8 + picket * pitch, 0.3 * pitch
        if pointed:
            yield line((x - wide, 80), (x - wide, top), (x, top - 9), (x + wide, top), (x + wide, 80))
        else:
            yield line((x, top), (x, 80))
    for y in (taste.between(38, 46), taste.between(58, 68)):
        yield line((4, y), (96, y))


@doodle("ladder")
def ladder(taste: Taste) -> Iterator[Stroke]:
    """Two rails, then the rungs from one to the other; some ladders lie on the ground."""
    rungs, half = taste.count(4, 8), taste.between(12, 20)
    angle = taste.near(0.25, 0.04) if taste.likes(0.3) else taste.near(0.0, 0.05)
    strokes = [line((50 - half, 5), (50 - half, 95)), line((50 + half, 5), (50 + half, 95))]
    ends = taste.one_of(0, 0, 5)
    for rung in range(rungs):
        y = 14 + rung * 72 / (rungs - 1)
        strokes.append(line((50 - half - ends, y), (50 + half + ends, y)))
    for stroke in strokes:
        yield turned(stroke, angle)
