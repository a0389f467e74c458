"""Dates and times as the dataset writes them, in compiled code."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

UNKNOWN_TIMESTAMP = np.iinfo(np.int64).min  # what numpy takes for NaT
ZERO, SPACE, BIG_T, POINT = 48, 32, 84, 46
DATE = b"0000-00-00 00:00:00"  # a digit where there is a 0
ZONES = (b" UTC", b"Z", b"+00:00")
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
MICROSECOND_DIGITS = 6


@njit(nogil=True, cache=True)
def parse_timestamp(text: NDArray[np.uint8], begin: int, end: int) -> tuple[int, bool]:
    """Microseconds since 1970 and True; NaT and True where there is nothing, NaT and False where it is no date.

    Read are `2017-03-05 17:55:05`, also with decimals (cut after the sixth) and with ` UTC`, `Z` or `+00:00`.
    """
    if begin == end:
        return UNKNOWN_TIMESTAMP, True
    if not _has_form(text, begin, end):
        return UNKNOWN_TIMESTAMP, False
    year, month, day = _digits(text, begin, 4), _digits(text, begin + 5, 2), _digits(text, begin + 8, 2)
    hour, minute, second = _digits(text, begin + 11, 2), _digits(text, begin + 14, 2), _digits(text, begin + 17, 2)
    at, micro = _decimals(text, begin + len(DATE), end)
    sound = _is_date(year, month, day) and hour < 24 and minute < 60 and second < 60
    if not sound or not (at == end or _is_zone(text, at, end)):
        return UNKNOWN_TIMESTAMP, False
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1_000_000 + micro, True


@njit(nogil=True, cache=True)
def _has_form(text: NDArray[np.uint8], begin: int, end: int) -> bool:
    if end - begin < len(DATE):
        return False
    for place in range(len(DATE)):
        sign, form = text[begin + place], DATE[place]
        if form == ZERO:
            if not 0 <= np.int64(sign) - ZERO <= 9:
                return False
        elif sign != form and not (form == SPACE and sign == BIG_T):
            return False
    return True


@njit(nogil=True, cache=True)
def _digits(text: NDArray[np.uint8], at: int, count: int) -> int:
    value = 0
    for place in range(at, at + count):
        value = value * 10 + int(np.int64(text[place])) - ZERO
    return value


@njit(nogil=True, cache=True)
def _decimals(text: NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    """The position after the decimals of a second, and the microseconds."""
    micro, count = 0, 0
    if at < end and text[at] == POINT:
        at += 1
        while at < end and 0 <= np.int64(text[at]) - ZERO <= 9:
            if count < MICROSECOND_DIGITS:
                micro, count = micro * 10 + int(np.int64(text[at])) - ZERO, count + 1
            at += 1
    return at, micro * 10 ** (MICROSECOND_DIGITS - count)


@njit(nogil=True, cache=True)
def _is_zone(text: NDArray[np.uint8], at: int, end: int) -> bool:
    for zone in ZONES:
        if end - at == len(zone):
            same = True
            for place in range(len(zone)):
                same = same and text[at + place] == zone[place]
            if same:
                return True
    return False


@njit(nogil=True, cache=True)
def _is_date(year: int, month: int, day: int) -> bool:
    if not 1 <= month <= 12:
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return bool(1 <= day <= DAYS[month - 1] + leap)


@njit(nogil=True, cache=True)
def _days(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 in the Gregorian calendar, years counted from March so that a leap day comes last."""
    year -= month <= 2
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + of_year - 719_468
