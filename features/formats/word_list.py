"""Words in a text looked up in the class list, by compiled code."""

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

SPACE, UNDERSCORE = 32, 95


def packed(classes: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The class names as one text and where each starts."""
    names = [name.encode() for name in classes]
    starts = np.cumsum([0] + [len(name) for name in names])
    return np.frombuffer(b"".join(names), np.uint8), starts


@njit(nogil=True, cache=True)
def label_of(
    text: NDArray[np.uint8],
    begin: int,
    end: int,
    names: NDArray[np.uint8],
    name_starts: NDArray[np.int64],
    guess: int,
) -> int:
    """The place of a word in the class list, -1 where it is not there; `guess` is tried first."""
    classes = len(name_starts) - 1
    if classes and _compare(text, begin, end, names, name_starts[guess], name_starts[guess + 1]) == 0:
        return guess
    low, high = 0, classes
    while low < high:
        middle = (low + high) // 2
        order = _compare(text, begin, end, names, name_starts[middle], name_starts[middle + 1])
        if order == 0:
            return middle
        if order < 0:
            high = middle
        else:
            low = middle + 1
    return -1


@njit(nogil=True, cache=True)
def _compare(text: NDArray[np.uint8], begin: int, end: int, names: NDArray[np.uint8], first: int, last: int) -> int:
    """Below, at or above 0 as the word stands before, is or stands after the name; an underscore is a space."""
    for place in range(min(end - begin, last - first)):
        sign = np.int64(text[begin + place])
        step = int((SPACE if sign == UNDERSCORE else sign) - np.int64(names[first + place]))
        if step != 0:
            return step
    return (end - begin) - (last - first)


@njit(nogil=True, cache=True)
def differs_from_last(text: NDArray[np.uint8], begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(R,) whether a row's word is another than that of the row before."""
    new = np.ones(len(begin), np.bool_)
    for row in range(1, len(begin)):
        new[row] = _compare(text, begin[row], end[row], text, begin[row - 1], end[row - 1]) != 0
    return new
