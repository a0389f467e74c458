"""JSON's lists of numbers, read from bytes by compiled loops."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

OPEN, CLOSE, COMMA, MINUS, PLUS, POINT = 91, 93, 44, 45, 43, 46  # [ ] , - + .
ZERO, NINE, SMALL_E, BIG_E, SPACE = 48, 57, 101, 69, 32
MOST_DIGITS = 18  # that fit into 63 bits
WRONG = -1  # in place of a position: what stands there is not what the grammar wants
POWERS = 10.0 ** np.arange(23)  # the powers of ten that a double holds exactly


@njit(nogil=True, cache=True)
def skip(text: NDArray[np.uint8], at: int, end: int) -> int:
    """The position of the first byte that is not JSON's white space."""
    while at < end and (text[at] == 32 or text[at] == 9 or text[at] == 10 or text[at] == 13):
        at += 1
    return at


@njit(nogil=True, cache=True)
def numbers(text: NDArray[np.uint8], at: int, end: int, values: NDArray[np.float64], place: int) -> tuple[int, int]:
    """One list of numbers, written from `place` on: the position after its bracket and the place after its last."""
    at = skip(text, at + 1, end)
    if at < end and text[at] == CLOSE:
        return at + 1, place
    while True:
        after = WRONG
        if at + 4 < end:
            after, values[np.uint64(place)] = _small_number(text, at)
        if after == WRONG:
            after, values[place] = _number(text, skip(text, at, end), end)
            if after == WRONG:
                return WRONG, place
            after = skip(text, after, end)
        place += 1
        sign = _byte(text, after) if after < end else 0
        if sign == CLOSE:
            return after + 1, place
        if sign != COMMA:
            return WRONG, place
        at = after + 1
        if at < end and _byte(text, at) == SPACE:
            at += 1


@njit(nogil=True, cache=True)
def _byte(text: NDArray[np.uint8], at: int) -> int:
    """A byte by an unsigned place: twice as fast as a signed one, which is tested for counting from the end."""
    return int(np.int64(text[np.uint64(at)]))


@njit(nogil=True, cache=True)
def _small_number(text: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """What nearly every number is, one to three digits and then a comma or bracket; `WRONG` for any other."""
    value = _byte(text, at) - ZERO
    if not 0 <= value <= 9:
        return WRONG, 0
    at += 1
    least, digit = 0, _byte(text, at) - ZERO
    if 0 <= digit <= 9:
        value, least = value * 10 + digit, 10
        at += 1
        digit = _byte(text, at) - ZERO
        if 0 <= digit <= 9:
            value, least = value * 10 + digit, 100
            at += 1
            digit = _byte(text, at) - ZERO
    if value < least or (digit != COMMA - ZERO and digit != CLOSE - ZERO):
        return WRONG, 0
    return at, value


@njit(nogil=True, cache=True)
def _number(text: NDArray[np.uint8], at: int, end: int) -> tuple[int, float]:
    """A JSON number: the position after it and its value, right to the last bit but one."""
    negative = at < end and text[at] == MINUS
    if negative:
        at += 1
    first, whole = at, 0
    while at < end and ZERO <= text[at] <= NINE and at - first < MOST_DIGITS:
        whole = whole * 10 + text[at] - ZERO
        at += 1
    if at == first or (text[first] == ZERO and at - first > 1):
        return WRONG, 0.0
    value = float(whole)
    if at < end and (text[at] == POINT or text[at] == SMALL_E or text[at] == BIG_E):
        at, value = _fraction(text, at, end, whole, at - first)
    return at, -value if negative else value


@njit(nogil=True, cache=True)
def _fraction(text: NDArray[np.uint8], at: int, end: int, digits: int, count: int) -> tuple[int, float]:
    """What follows the whole part of a number: decimals and the power of ten."""
    power = 0
    if text[at] == POINT:
        at += 1
        first = at
        while at < end and ZERO <= text[at] <= NINE:
            if count < MOST_DIGITS:
                digits = digits * 10 + text[at] - ZERO
                count += 1
                power -= 1
            at += 1
        if at == first:
            return WRONG, 0.0
    if at < end and (text[at] == SMALL_E or text[at] == BIG_E):
        at, shift = _exponent(text, at + 1, end)
        if at == WRONG:
            return WRONG, 0.0
        power += shift
    if power < 0:
        return at, digits / POWERS[-power] if power >= -22 else digits * 10.0**power
    return at, digits * 10.0**power


@njit(nogil=True, cache=True)
def _exponent(text: NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    negative = at < end and text[at] == MINUS
    if at < end and (text[at] == MINUS or text[at] == PLUS):
        at += 1
    first, value = at, 0
    while at < end and ZERO <= text[at] <= NINE:
        value = min(value * 10 + text[at] - ZERO, 999)
        at += 1
    return (at if at > first else WRONG), (-value if negative else value)
