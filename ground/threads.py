"""How many threads this process may use for one thing."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import joblib

from ground.errors import BadSettings

THREADS = "DOODLESTACK_THREADS"  # environment variable; folds that train side by side share the cores by it

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def threads() -> int:
    """How many threads a batch is spread over: `DOODLESTACK_THREADS`, or every core that this process may use.

    Raises `BadSettings` when the variable is not a whole number from 1.
    """
    asked = os.environ.get(THREADS)
    if asked is None:
        return int(joblib.cpu_count())
    if not asked.isdecimal() or int(asked) < 1:
        raise BadSettings(f"Expected a whole number from 1 in {THREADS}, received {asked!r}. Correct or unset it.")
    return int(asked)


def in_threads(work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """What `work`, which lets others run while it computes, gives for each of the items, in their order."""
    with ThreadPoolExecutor(threads()) as pool:
        return list(pool.map(work, items))
