"""How many threads this process may use for one thing."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import joblib

from ground.errors import BadSettings

THREADS = "DOODLESTACK_THREADS"  # environment variable; folds that train side by side share the cores by it

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_here = threading.local()


def threads() -> int:
    """How many threads a batch is spread over: `DOODLESTACK_THREADS`, or every core that this process may use; 1 in a
    thread that works by itself.

    Raises `BadSettings` when the variable is not a whole number from 1.
    """
    if getattr(_here, "by_itself", False):
        return 1
    asked = os.environ.get(THREADS)
    if asked is None:
        return int(joblib.cpu_count())
    if not asked.isdecimal() or int(asked) < 1:
        raise BadSettings(f"Expected a whole number from 1 in {THREADS}, received {asked!r}. Correct or unset it.")
    return int(asked)


def work_by_itself() -> None:
    """Let the calling thread, one of several that each have a batch of their own, spread its batches over no others."""
    _here.by_itself = True


def in_threads(work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """What `work`, which lets others run while it computes, gives for each of the items, in their order."""
    with ThreadPoolExecutor(threads()) as pool:
        return list(pool.map(work, items))
