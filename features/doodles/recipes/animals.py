"""Cat and bear, which share a face; fish."""

from collections.abc import Iterator

from features.doodles.catalogue import doodle
from features.doodles.figures import Stroke, both_sides, circle, curve, dot, ellipse, line, loop, mirrored, polygon
from features.doodles.taste import Taste


@doodle("cat")
def cat(taste: Taste) -> Iterator[Stroke]:
    """Round face, pointed ears, whiskers that some leave out."""
    wide, high = taste.between(26, 38), taste.between(24, 32)
    yield ellipse(50, 55, wide, high)
    yield from both_sides(_pointed_ear(taste, wide, high))
    yield from _eyes(taste, wide)
    if taste.likes(0.75):
        yield polygon((46, 58), (54, 58), (50, 63)) if taste.likes(0.6) else ellipse(50, 60, 4, 3)
    if taste.likes(0.65):
        yield curve((40, 66), (45, 71), (50, 64), (55, 71), (60, 66))
    if taste.likes(0.72):
        for rise in range(taste.count(2, 3)):
            yield from both_sides(line((60, 61 + 3 * rise), (64 + 0.8 * wide, 55 + 7 * rise)))
    if taste.likes(0.15):
        yield from _body(taste)


@doodle("bear")
def bear(taste: Taste) -> Iterator[Stroke]:
    """Round face, round ears, a muzzle round the nose."""
    wide, high = taste.between(26, 36), taste.between(25, 34)
    yield ellipse(50, 55, wide, high)
    yield from both_sides(_round_ear(taste, wide, high))
    yield from _eyes(taste, wide)
    if taste.likes(0.6):
        yield ellipse(50, 64, taste.between(10, 15), taste.between(8, 12))
    if taste.likes(0.85):
        yield ellipse(50, 60, 5, 3.5)
    if taste.likes(0.6):
        yield curve((42, 69), (50, 73), (58, 69))
    if taste.likes(0.2):
        yield from _body(taste)


@doodle("fish")
def fish(taste: Taste) -> Iterator[Stroke]:
    """A body that crosses itself into a tail; an eye, fins, gills."""
    strokes = list(_swimming_left(taste))
    yield from strokes if taste.likes(0.65) else map(mirrored, strokes)


def _pointed_ear(taste: Taste, wide: float, high: float) -> Stroke:
    root, rise = 0.35 * wide, taste.between(12, 22)
    return line(
        (50 + root, 55 - 0.9 * high), (50 + 0.85 * wide, 55 - high - 0.5 * rise), (50 + 0.92 * wide, 55 - 0.35 * high)
    )


def _round_ear(taste: Taste, wide: float, high: float) -> Stroke:
    radius = taste.between(8, 12)
    return circle(50 + 0.75 * wide, 55 - 0.85 * high, radius, start=0.5, turn=taste.between(0.6, 0.8))


def _eyes(taste: Taste, wide: float) -> Iterator[Stroke]:
    apart, style = taste.between(0.3, 0.45) * wide, taste.one_of("dot", "round", "round", "almond")
    if style == "dot":
        eye = dot(50 + apart, 48) if taste.likes(0.3) else line((50 + apart, 47), (50 + apart, 49))
    elif style == "round":
        eye = circle(50 + apart, 48, taste.between(2, 5))
    else:
        eye = ellipse(50 + apart, 48, 5, 3)
    yield from both_sides(eye)


def _body(taste: Taste) -> Iterator[Stroke]:
    yield curve((36, 82), (24, 110), (34, 135), (66, 135), (76, 110), (64, 82))
    if taste.likes(0.5):
        yield curve((74, 128), (95, 125), (92, 100), (102, 95))


def _swimming_left(taste: Taste) -> Iterator[Stroke]:
    fat, tail = taste.between(14, 24), taste.between(10, 18)
    if taste.likes(0.7):
        yield curve((88, 50 - tail), (70, 50), (45, 50 + fat), (12, 50), (45, 50 - fat), (70, 50), (88, 50 + tail))
        yield (
            line((88, 50 - tail), (88, 50 + tail))
            if taste.likes(0.5)
            else curve((88, 50 - tail), (83, 50), (88, 50 + tail))
        )
    else:
        yield loop((72, 50), (45, 50 - fat), (12, 50), (45, 50 + fat))
        yield polygon((72, 50), (88, 50 - tail), (88, 50 + tail))
    yield circle(25, 47, taste.between(1.5, 3.5)) if taste.likes(0.7) else dot(25, 47)
    if taste.likes(0.35):
        yield curve((36, 50 - 0.6 * fat), (40, 50), (36, 50 + 0.6 * fat))
    if taste.likes(0.35):
        yield curve((40, 50 - fat), (52, 38 - fat), (58, 50 - 0.8 * fat))
    if taste.likes(0.2):
        yield curve((14, 54), (19, 56), (22, 54))
