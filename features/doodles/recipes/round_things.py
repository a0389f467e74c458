"""Clock, wheel and donut, which share a circle; banana and moon, which share a crescent."""

from collections.abc import Iterator

from features.doodles.catalogue import doodle
from features.doodles.figures import Stroke, circle, curve, dot, ellipse, line, loop, mirrored, ray, turned, zigzag
from features.doodles.taste import Taste


@doodle("clock")
def clock(taste: Taste) -> Iterator[Stroke]:
    """A face and two hands of different length; ticks or numerals."""
    radius = taste.between(32, 44)
    yield circle(50, 50, radius)
    if taste.likes(0.15):
        yield circle(50, 50, radius - 6)
    if taste.likes(0.55):
        hours = taste.one_of(4, 4, 12)
        for hour in range(hours):
            yield from _hour(taste, 0.75 + hour / hours, radius)
    first = taste.one_of(0.75, taste.between(0, 1))
    second = first + taste.one_of(0.25, taste.between(0.1, 0.9))
    if taste.likes(0.3):
        yield dot(50, 50)
    if taste.likes(0.4):
        yield turned(line((50, 50 - 0.75 * radius), (50, 50), (50 + 0.5 * radius, 50)), first - 0.75)
    else:
        yield ray(50, 50, 0, taste.between(0.65, 0.85) * radius, first)
        yield ray(50, 50, 0, taste.between(0.4, 0.6) * radius, second)


@doodle("wheel")
def wheel(taste: Taste) -> Iterator[Stroke]:
    """A rim, mostly a tyre round it and a hub within, and spokes."""
    radius, hub = taste.between(34, 44), taste.between(4, 10)
    yield circle(50, 50, radius)
    if taste.likes(0.45):
        yield circle(50, 50, radius - taste.between(5, 10))
    hubbed = taste.likes(0.7)
    if hubbed:
        yield circle(50, 50, hub)
    spokes, first = taste.count(2, 5), taste.between(0, 0.25)
    if taste.likes(0.12):
        return
    for spoke in range(spokes if not hubbed else 2 * spokes):
        angle = first + spoke / (2 * spokes)
        yield ray(50, 50, hub if hubbed else -0.9 * radius, 0.92 * radius, angle)


@doodle("donut")
def donut(taste: Taste) -> Iterator[Stroke]:
    """A ring; icing with a wavy edge; sprinkles."""
    radius = taste.between(34, 44)
    hole = taste.between(0.18, 0.45) * radius
    yield circle(50, 50, radius)
    yield circle(50, 50, hole)
    if taste.likes(0.3):
        waves = taste.count(6, 10)
        reach = [0.8 * radius + (3 if wave % 2 else -4) for wave in range(2 * waves)]
        yield loop(*(tuple(ray(50, 50, 0, r, wave / (2 * waves))[1]) for wave, r in enumerate(reach)))
    if taste.likes(0.6):
        for _ in range(taste.count(4, 14)):
            angle, where = taste.between(0, 1), taste.between(hole + 6, radius - 6)
            sprinkle = ray(50, 50, where - 2, where + 2, angle)
            yield turned(sprinkle, taste.between(0, 0.5), about=tuple(sprinkle.mean(axis=0)))


@doodle("banana")
def banana(taste: Taste) -> Iterator[Stroke]:
    """A crescent, the inner edge drawn first and on into the outer one; a stalk; stripes along it."""
    fat, lie = taste.between(12, 24), taste.near(0.0, 0.12)
    inner = curve((20, 22), (30, 50), (55, 68), (82, 70))
    outer = curve((82, 70), (60, 70 + 0.9 * fat), (28 - 0.1 * fat, 52 + 0.8 * fat), (20, 22))
    strokes = [inner, outer] if taste.likes(0.35) else [_joined(inner, outer)]
    if taste.likes(0.5):
        strokes.append(line((20, 22), (17, 12), (22, 11), (23, 21)))
    if taste.likes(0.4):
        strokes.append(curve((24, 34), (34, 56 + 0.3 * fat), (56, 69 + 0.35 * fat), (74, 71)))
    yield from _lying(taste, strokes, lie)


@doodle("moon")
def moon(taste: Taste) -> Iterator[Stroke]:
    """A crescent, the outer edge drawn first and back along the inner one; craters; now and then stars."""
    around, thick, lie = taste.between(0.42, 0.6), taste.between(10, 30), taste.near(-0.09, 0.16)
    outer = circle(50, 50, 40, start=0.5 - around / 2, turn=around)
    tip_x, tip_y = outer[-1]
    hollow = tip_x - (10 + thick)  # how deep the inner edge goes in from the tips
    inner = ellipse(tip_x, 50, hollow, tip_y - 50, start=0.25, turn=0.5)
    strokes = [outer, inner] if taste.likes(0.3) else [_joined(outer, inner)]
    if taste.likes(0.3):
        craters = range(taste.count(1, 3))
        strokes += [
            circle(10 + taste.near(0.5, 0.2) * thick, taste.near(50, 16), taste.between(1.5, 4)) for _ in craters
        ]
    if taste.likes(0.12):
        strokes.append(zigzag((70, 25), (78, 25), 2, 5))
    yield from _lying(taste, strokes, lie)


def _hour(taste: Taste, angle: float, radius: float) -> Iterator[Stroke]:
    if taste.likes(0.7):
        yield ray(50, 50, 0.82 * radius, 0.97 * radius, angle)
    else:
        x, y = ray(50, 50, 0, 0.82 * radius, angle)[1]
        yield curve((x - 2, y - 3), (x + 2, y - 3), (x - 1, y), (x + 2, y + 3), (x - 2, y + 3))


def _joined(first: Stroke, second: Stroke) -> Stroke:
    return line(*map(tuple, first), *map(tuple, second[1:]))


def _lying(taste: Taste, strokes: list[Stroke], angle: float) -> Iterator[Stroke]:
    flipped = taste.likes(0.4)
    for stroke in strokes:
        lying = turned(stroke, angle)
        yield mirrored(lying) if flipped else lying
