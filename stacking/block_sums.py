"""Sums over many rows, block by block on all cores: the same to the last bit, however many there are."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, reduce
from operator import add
from typing import Any

from threadpoolctl import ThreadpoolController

from ground.threads import threads

BLOCK = 1_000  # rows; × 340 classes × 4 bytes = 1.4 MB, most of which a core's cache holds from pass to pass

BlockSum = Callable[[Callable[[slice], tuple[Any, ...]], int], tuple[Any, ...]]


@contextmanager
def block_sums() -> Iterator[BlockSum]:
    """While it lasts, a function `(work, count)`: the sums of what `work` gives for each block of `count` rows.

    The blocks are shared out, not the products within them. The BLAS of NumPy and that of SciPy each keep threads that
    stay awake for the next product: used in turns, as by a minimisation, they took three times as long as one thread.
    """
    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(threads()) as pool:

        def block_sum(work: Callable[[slice], tuple[Any, ...]], count: int) -> tuple[Any, ...]:
            blocks = (slice(first, first + BLOCK) for first in range(0, count, BLOCK))
            return reduce(lambda left, right: tuple(map(add, left, right)), pool.map(work, blocks))

        yield block_sum


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
