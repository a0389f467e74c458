"""Compiled kernels over whole batches: a batch is cut into chunks, and a pool of threads works them off."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise
from typing import Any

from ground.threads import threads

CHUNKS_A_THREAD = 4  # a chunk of long drawings then holds the others up by a fourth of a share at most
SMALLEST_CHUNK = 32  # drawings; below it, handing a chunk over costs more than a core gains


def over_cores(kernel: Callable[..., None], count: int, *arguments: Any) -> None:
    """Call `kernel(first, last, *arguments)` for chunks that together cover `range(count)`.

    The kernel releases Python's lock (numba's `nogil`) and writes only the rows `first` to `last` of its output,
    so the result does not depend on the number of threads. It must not call `over_cores` itself.
    """
    workers = threads()
    chunks = min(workers * CHUNKS_A_THREAD, count // SMALLEST_CHUNK)
    if workers == 1 or chunks < 2:
        kernel(0, count, *arguments)
        return
    left = iter([*pairwise(count * chunk // chunks for chunk in range(chunks + 1))])

    def work() -> None:
        for first, last in left:  # each thread takes the next one: a list's iterator gives each to one thread alone
            kernel(first, last, *arguments)

    helping = [_pool(workers - 1).submit(work) for _ in range(min(workers, chunks) - 1)]
    try:
        work()
    finally:
        wait(helping)
    for thread in helping:
        thread.result()


@cache
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="doodlestack")


os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not live on in a forked process
