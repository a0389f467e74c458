"""T-shirt."""

from collections.abc import Iterator

from features.doodles.catalogue import doodle
from features.doodles.figures import Point, Stroke, circle, curve, line, zigzag
from features.doodles.taste import Taste


@doodle("t-shirt")
def t_shirt(taste: Taste) -> Iterator[Stroke]:
    """One outline with two sleeves, or two halves; a neck; now and then something printed on it."""
    sleeve, hem = taste.between(28, 44), taste.between(80, 94)
    left: list[Point] = [(38, 14), (24, 16), (6, 18 + 0.5 * sleeve), (16, 10 + sleeve), (28, 36), (28, hem)]
    right: list[Point] = [(100 - x, y) for x, y in left]
    if taste.likes(0.55):
        yield line(*left, *reversed(right))
    else:
        yield line(*left)
        yield line(*right)
        yield line((28, hem), (72, hem))
    yield curve((38, 14), (50, taste.between(18, 28)), (62, 14))
    if taste.likes(0.15):
        yield circle(50, 52, taste.between(6, 12))
    elif taste.likes(0.15):
        yield zigzag((38, 52), (62, 52), 4, 5)
