"""A stop that is asked for, by Ctrl-C or by the system: heard where work can be put down whole."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE = 30.0  # seconds that workers have to put down what they do
LOOK = 1.0  # seconds between two looks of a worker at its parent

_hearing = threading.Event()  # set where there is something to put down
_orphaned = threading.Event()  # set where this process is a worker whose parent has ended


@contextmanager
def heard_stop() -> Iterator[Callable[[], bool]]:
    """While it lasts, SIGINT and SIGTERM end nothing: the block asks whether to stop, and stops where it can.

    Only the main thread of a process hears signals; elsewhere, as in a dask worker, they do what they did.
    """
    asked = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        asked.set()

    in_main_thread = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, hear) for number in SIGNALS} if in_main_thread else {}
    _hearing.set()
    try:
        yield lambda: asked.is_set() or _orphaned.is_set()
    finally:
        _hearing.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt_on_sigterm() -> None:
    """Let SIGTERM end what this process does as Ctrl-C would, by `KeyboardInterrupt`."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def begin_worker(parent: int) -> None:
    """Make this process a worker of process `parent`: it hears SIGTERM, and ends soon after its parent has."""
    interrupt_on_sigterm()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:  # a process whose parent ends gets another one
        time.sleep(LOOK)
    _orphaned.set()
    deadline = time.monotonic() + GRACE
    while _hearing.is_set() and time.monotonic() < deadline:
        time.sleep(LOOK / 10)
    os._exit(1)  # what was not put down is made again: files are whole or not there
