"""Locks between processes, also on several machines that share a file system."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def locked(path: Path, wait: bool = True, on_wait: Callable[[], None] = lambda: None) -> Iterator[bool]:
    """Hold the lock `path` through the block; gives whether it is held.

    Where another process holds it, call `on_wait` once and wait, or go on without it at once. The system frees the
    lock of a process that ends in whatever way, so none is ever left behind; its empty file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if wait:
            on_wait()
            lock.acquire()
    try:
        yield lock.is_locked
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether another process holds the lock at this moment."""
    if not path.exists():
        return False
    with locked(path, wait=False) as held:
        return not held
