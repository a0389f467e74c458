"""Large arrays in memory that is used again once nobody holds the array that had it before.

glibc hands what is larger than 32 MiB back to the system at once and has it mapped anew, page by page filled with
zeros: of the 9 to 14 ms that a batch of 1,024 colour pictures of 128 pixels took on two cores, 1 to 6.
"""

import math
import weakref
from collections import deque
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LARGE = 2**25  # bytes; glibc itself keeps what is smaller (mallopt's M_MMAP_THRESHOLD goes no higher)

_free: deque[NDArray[np.uint8]] = deque()  # those met on the way to one of the size that is asked for go


def empty(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array of arbitrary values, as `np.empty` gives it. Its memory is free again when its last view is gone."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= LARGE:
        return np.empty(shape, dtype)
    memory = _of_size(size)
    # views keep the array alive whose memory is not an array's, here `lent`, and it is gone after the last of them
    lent = np.frombuffer(memory.data, dtype)
    weakref.finalize(lent, _free.append, memory).atexit = False
    return lent.reshape(shape)


def _of_size(size: int) -> NDArray[np.uint8]:
    with suppress(IndexError):  # none is left
        while True:
            memory = _free.pop()
            if len(memory) == size:
                return memory
    return np.empty(size, np.uint8)
