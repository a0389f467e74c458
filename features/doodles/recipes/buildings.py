"""House and barn, which share walls and a door; The Eiffel Tower."""

from collections.abc import Iterator

from features.doodles.catalogue import doodle
from features.doodles.figures import Stroke, both_sides, box, circle, curve, line, polygon
from features.doodles.taste import Taste


@doodle("house")
def house(taste: Taste) -> Iterator[Stroke]:
    """Walls, a roof, a door; windows, a chimney."""
    top, out = taste.between(40, 50), taste.between(0, 7)
    ridge = top - taste.between(18, 32)
    roof = line((18 - out, top), (50, ridge), (82 + out, top))
    if taste.likes(0.2):
        yield polygon((18, 90), (18, top), (50, ridge), (82, top), (82, 90))
    else:
        yield from taste.in_any_order([box(18, top, 82, 90), roof])
    door = taste.near(50, 14)
    yield line((door - 7, 90), (door - 7, 66), (door + 7, 66), (door + 7, 90))
    if taste.likes(0.4):
        yield circle(door + 4, 79, 1.2)
    if taste.likes(0.6):
        yield from _window(taste, 30 if door > 50 else 70, top + 14)
    if taste.likes(0.35):
        yield line((66, ridge + 12), (66, ridge - 2), (74, ridge - 2), (74, ridge + 20))


@doodle("barn")
def barn(taste: Taste) -> Iterator[Stroke]:
    """Walls under a roof that bends twice, a wide door, mostly crossed; a loft window."""
    top, wide = taste.between(40, 50), taste.between(11, 18)
    ridge = top - taste.between(18, 30)
    bend = 0.45 * top + 0.55 * ridge - taste.between(0, 5)
    yield box(18, top, 82, 90)
    if taste.likes(0.65):
        yield line((16, top), (27, bend), (50, ridge), (73, bend), (84, top))
    else:
        yield line((15, top), (50, ridge), (85, top))
    yield line((50 - wide, 90), (50 - wide, 58), (50 + wide, 58), (50 + wide, 90))
    if taste.likes(0.65):
        yield line((50 - wide, 58), (50 + wide, 90))
        yield line((50 + wide, 58), (50 - wide, 90))
    elif taste.likes(0.5):
        yield line((50, 58), (50, 90))
    if taste.likes(0.4):
        yield from _window(taste, 50, top - 6)


@doodle("The Eiffel Tower")
def eiffel_tower(taste: Taste) -> Iterator[Stroke]:
    """Two legs that lean together, platforms across them, an arch between; lattice."""
    foot, waist = taste.between(20, 32), taste.between(5, 9)
    leg = curve((52, 8), (50 + waist, 42), (50 + 0.5 * foot, 68), (50 + foot, 94))
    yield from both_sides(leg)
    for y, reach in ((42, waist + 2), (66, 0.5 * foot + 2))[: taste.count(1, 2)]:
        yield line((50 - reach, y), (50 + reach, y))
    if taste.likes(0.7):
        yield curve(
            (50 - 0.6 * foot, 94), (50 - 0.35 * foot, 80), (50, 75), (50 + 0.35 * foot, 80), (50 + 0.6 * foot, 94)
        )
    if taste.likes(0.35):
        yield line((50, 8), (50, -4))
    if taste.likes(0.45):
        for y in range(20, 40, 7):
            yield line((50 - 0.14 * y, y), (50 + 0.14 * y, y + 7))
            yield line((50 + 0.14 * y, y), (50 - 0.14 * y, y + 7))


def _window(taste: Taste, x: float, y: float) -> Iterator[Stroke]:
    half = taste.between(4, 7)
    yield box(x - half, y - half, x + half, y + half)
    if taste.likes(0.6):
        yield line((x, y - half), (x, y + half))
        yield line((x - half, y), (x + half, y))
