"""One function a class; each yields its strokes in the order in which most people draw them.

The classes come in look-alikes, as the real ones do. Some differ by a detail of the picture (cat and bear,
clock and wheel and donut, house and barn, umbrella and mushroom), some mostly by how the pen goes
(banana and moon, fence and ladder), so that picture models and stroke models err on different drawings.
"""

from features.doodles.catalogue import DOODLES
from features.doodles.recipes import animals, buildings, plants, round_things, square_things, wearables

__all__ = ["DOODLES", "animals", "buildings", "plants", "round_things", "square_things", "wearables"]
