"""Files as blocks of whole lines: a bounded piece of memory, however long the file."""

from collections.abc import Iterator
from typing import IO

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ground.errors import BadData

BLOCK = 2 << 20  # bytes: some 5,000 simplified drawings; what is made of them is still small enough to be used again
LONGEST_LINE = 64 << 20  # bytes; the longest raw drawing known is below 1 MiB
NEWLINE = 10


def line_blocks(stream: IO[bytes], name: str) -> Iterator[NDArray[np.uint8]]:
    """Blocks of whole lines, the last with a newline too; a block holds until the next is asked for.

    Raises `BadData` at a line of more than 64 MiB: such a file is no text of drawings.
    """
    buffer, held = np.empty(BLOCK + 1, np.uint8), 0
    while True:
        read = fill(stream, buffer[:-1], held)  # one byte is left for a missing last newline
        if read == held:
            break
        whole = _after_last_newline(buffer[:read])
        if whole:
            yield from _pieces(buffer[:whole])
        elif read > LONGEST_LINE:
            raise BadData(f"Expected lines of less than 64 MiB in {name}, received a longer one. It is no text.")
        held = read - whole
        rest = buffer[whole:read]
        if 2 * held > len(buffer):
            buffer = np.empty(2 * len(buffer), np.uint8)
        buffer[:held] = rest.copy()
    if held:
        buffer[held] = NEWLINE
        yield buffer[: held + 1]


def fill(stream: IO[bytes], buffer: NDArray[np.uint8], held: int) -> int:
    """Read on from place `held` until the buffer is full or the stream ends; gives the bytes held."""
    view = buffer.data
    while held < len(buffer):
        read = stream.readinto(view[held:])  # type: ignore[attr-defined]
        if not read:
            break
        held += read
    return held


def _pieces(lines: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Whole lines in pieces of `BLOCK` bytes, a longer one alone; what a long fills may end in a million others."""
    first = 0
    while len(lines) - first > BLOCK:
        size = _after_last_newline(lines[first : first + BLOCK]) or int(np.argmax(lines[first:] == NEWLINE)) + 1
        yield lines[first : first + size]
        first += size
    if first < len(lines):
        yield lines[first:]


@njit(nogil=True, cache=True)
def _after_last_newline(text: NDArray[np.uint8]) -> int:
    at = len(text)
    while at and text[at - 1] != NEWLINE:
        at -= 1
    return at


@njit(nogil=True, cache=True)
def count_lines(text: NDArray[np.uint8]) -> tuple[int, int]:
    """The lines of a block, and those of them that are not empty."""
    lines, filled, last = 0, 0, NEWLINE
    for at in range(len(text)):
        sign = text[np.uint64(at)]
        if sign == NEWLINE:
            lines += 1
            filled += last != NEWLINE
        last = sign
    return lines, filled
