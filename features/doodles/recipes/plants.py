"""Sun and flower, which share a disc with something round it; mushroom, whose cap an umbrella has too."""

from collections.abc import Iterator

from features.doodles.catalogue import doodle
from features.doodles.figures import Stroke, circle, curve, dot, ellipse, line, loop, ray, zigzag
from features.doodles.taste import Taste


@doodle("sun")
def sun(taste: Taste) -> Iterator[Stroke]:
    """A disc and its rays, straight or pointed; now and then a face."""
    radius, gap, rays = taste.between(15, 26), taste.between(0, 6), taste.count(7, 13)
    reach = radius + gap + taste.between(8, 20)
    first, pointed = taste.one_of(0.0, taste.between(0, 1)), taste.likes(0.2)
    yield circle(50, 50, radius)
    for number in range(rays):
        angle = first + number / rays
        if pointed:
            foot = (ray(50, 50, 0, radius + gap, angle + side / rays)[1] for side in (-0.35, 0.35))
            left, right = map(tuple, foot)
            yield line(left, tuple(ray(50, 50, 0, reach, angle)[1]), right)
        else:
            yield ray(50, 50, radius + gap, reach, angle)
    if taste.likes(0.15):
        yield dot(44, 46)
        yield dot(56, 46)
        yield curve((42, 54), (50, 59), (58, 54))


@doodle("flower")
def flower(taste: Taste) -> Iterator[Stroke]:
    """A disc and petals round it; a stem with leaves, which a third leave out."""
    radius, petals = taste.between(7, 13), taste.count(5, 9)
    reach = radius + taste.between(13, 22)
    yield circle(50, 40, radius)
    if taste.likes(0.3):
        yield _petals_in_one(petals, radius, reach)
    else:
        for number in range(petals):
            yield _petal(number / petals, 0.42 / petals, radius, reach)
    if taste.likes(0.65):
        sway = taste.near(0, 8)
        yield curve((50, 40 + reach), (50 + sway, 74), (50, 100))
        if taste.likes(0.6):
            yield loop((50, 92), (62, 82), (70, 84), (62, 91))
        if taste.likes(0.35):
            yield loop((50, 94), (38, 84), (30, 86), (38, 93))


@doodle("mushroom")
def mushroom(taste: Taste) -> Iterator[Stroke]:
    """A cap closed below, a stem that is wide and stands on the ground; spots."""
    high, half = taste.between(28, 42), taste.between(6, 13)
    yield _cap(high)
    yield line((12, 50), (88, 50)) if taste.likes(0.5) else curve((12, 50), (50, 50 + taste.between(2, 8)), (88, 50))
    if taste.likes(0.8):
        yield curve(
            (50 - half, 51), (50 - half, 75), (48 - half, 92), (52 + half, 92), (50 + half, 75), (50 + half, 51)
        )
    else:
        yield line((50 - 0.4 * half, 51), (50 - 0.4 * half, 92), (50 + 0.4 * half, 92), (50 + 0.4 * half, 51))
    if taste.likes(0.55):
        for _ in range(taste.count(2, 5)):
            yield circle(taste.near(50, 24), taste.near(50 - 0.5 * high, 0.3 * high), taste.between(2, 6))
    if taste.likes(0.1):
        yield zigzag((25, 94), (75, 94), 8, 3)


@doodle("umbrella")
def umbrella(taste: Taste) -> Iterator[Stroke]:
    """A cap with a scalloped or plain edge, a thin stick with a hook; ribs."""
    high, scallops = taste.between(30, 42), taste.count(3, 5)
    yield _cap(high)
    if taste.likes(0.65):
        wide = 76 / scallops
        for number in range(scallops):
            yield ellipse(12 + wide * (number + 0.5), 50, wide / 2, 6, start=0.5, turn=0.5)
    else:
        yield line((12, 50), (88, 50))
    hook = taste.one_of(-1, 1, 1) * taste.between(5, 10)
    if taste.likes(0.7):
        yield curve((50, 48), (50, 70), (50, 86), (50 + hook, 93), (50 + 2 * hook, 86))
    else:
        yield line((50, 48), (50, 92))
    if taste.likes(0.3):
        for foot in (-13, 13):
            yield curve((50, 50 - high), (50 + 0.8 * foot, 50 - 0.6 * high), (50 + foot, 50))


def _cap(high: float) -> Stroke:
    return ellipse(50, 50, 38, high, start=0.5, turn=0.5)


def _petal(angle: float, half: float, radius: float, reach: float) -> Stroke:
    foot, shoulder = radius + 1, 0.75 * reach
    ways = ((foot, -0.6 * half), (shoulder, -half), (reach, 0.0), (shoulder, half), (foot, 0.6 * half))
    return curve(*(tuple(ray(50, 40, 0, far, angle + side)[1]) for far, side in ways))


def _petals_in_one(petals: int, radius: float, reach: float) -> Stroke:
    far = (radius + 2, 0.9 * reach, reach, 0.9 * reach)
    places = [(far[step % 4], (step // 4 + (step % 4) / 4) / petals) for step in range(4 * petals)]
    return loop(*(tuple(ray(50, 40, 0, distance, angle)[1]) for distance, angle in places))
