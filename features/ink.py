"""Blocks of neighbouring pixels of a row, inked at once: what the rasteriser's loops are made of.

Each takes an image, (size, size) or (size, size, 3) uint8. Ink of a level of 0 to 255 raises a grey pixel to this
level; of a coloured one red to the level, green and blue to their shares of it.
"""

from typing import Any

from numba import types
from numba.extending import intrinsic

from features.lanes import Lanes, interleaved, raise_bytes

BLOCK = 8  # pixels; of 4, more are needed for the same ink, and the loop about them costs as much as they do
INTEGER, NUMBER = types.int64, types.float64


@intrinsic
def ink_band(
    typing_context: Any,
    image: Any,
    place: Any,
    column: Any,
    x: Any,
    ux: Any,
    along: Any,
    middle: Any,
    beside: Any,
    fall: Any,
    ramp: Any,
    peak: Any,
    green: Any,
    fade: Any,
    blue: Any,
) -> Any:
    """Ink the 8 pixels from `column` on, the image's from number `place` on, as far as they lie beside a segment.

    A pixel's way along the segment is `(column - x) * ux + along`, its middle lying at `middle`; its level
    `ramp - |beside - column * fall|`, up to `peak`; its green share `green + fade * way`.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        columns = Lanes.of(builder, BLOCK, arguments[2]) + Lanes.counting(builder, BLOCK)
        x, ux, along, middle, beside, fall, ramp, peak, green, fade, blue = (
            Lanes.of(builder, BLOCK, number) for number in arguments[3:]
        )
        way = (columns - x) * ux + along
        level = (ramp - abs(beside - columns * fall)).between(0.0, peak)
        where = abs(way - middle).compared("<=", middle)
        _lay(context, builder, signature, arguments, level, (green + fade * way, blue), where)
        return context.get_dummy_value()

    return types.void(image, INTEGER, INTEGER, *[NUMBER] * 11), generate


@intrinsic
def ink_disk(
    typing_context: Any,
    image: Any,
    place: Any,
    column: Any,
    first: Any,
    last: Any,
    x: Any,
    squared: Any,
    reach: Any,
    peak: Any,
    green: Any,
    blue: Any,
) -> Any:
    """Ink of the 8 pixels from `column` on, the image's from number `place` on, those from `first` to before `last`.

    A pixel's distance from the disk's centre is the root of `(column - x)² + squared`; its level
    `255 (reach - distance)`, up to `peak`.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        columns = Lanes.of(builder, BLOCK, arguments[2]) + Lanes.counting(builder, BLOCK)
        first, last, x, squared, reach, peak, green, blue = (
            Lanes.of(builder, BLOCK, number) for number in arguments[3:]
        )
        dx = columns - x
        level = ((reach - (squared + dx * dx).sqrt()) * 255.0).between(0.0, peak)
        where = builder.and_(columns.compared(">=", first), columns.compared("<", last))
        _lay(context, builder, signature, arguments, level, (green, blue), where)
        return context.get_dummy_value()

    return types.void(image, *[INTEGER] * 4, *[NUMBER] * 6), generate


def _lay(
    context: Any, builder: Any, signature: Any, arguments: Any, level: Lanes, shares: tuple[Lanes, Lanes], where: Any
) -> None:
    """Raise the pixels; what grey ones do not need costs nothing, LLVM leaves it out."""
    kind = signature.args[0]
    image = context.make_array(kind)(context, builder, arguments[0])
    bytes_, place = level.rounded(where), arguments[1]
    if kind.ndim == 3:
        bytes_ = interleaved(builder, bytes_, *((level * share).rounded(where) for share in shares))
        place = builder.mul(place, place.type(3))
    raise_bytes(builder, builder.gep(image.data, [place]), bytes_)
