"""A stop that is asked for, by Ctrl-C or by the system: heard where work can be put down whole.

No handler raises: an exception out of a handler comes up wherever the process happens to be, also in a weak
reference's callback or in a destructor, where Python prints it and goes on. A handler notes the wish, and the block
that has something to put down looks for it. Where no block does, a command ends at once, as files are whole or not
there, and a worker stands still until its parent ends it: a worker's own end would take the others with it.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from types import FrameType

from ground.temporaries import remove_under_way

SIGNALS = (signal.SIGINT, signal.SIGTERM)
STOPPED = "stopped; the same command goes on from here"
INTERRUPTED = 130  # the exit code: 128 + SIGINT, as shells have it
SHOW_CURSOR = "\x1b[?25h\n"
GRACE = 30.0  # seconds that workers have to put down what they do
LOOK = 1.0  # seconds between two looks of a worker at its parent

_asked = threading.Event()
_orphaned = threading.Event()  # set where this process is a worker whose parent has ended
_blocks: list[object] = []  # those under way that look whether a stop was asked for
_without_block: Callable[[], None] | None = None  # what this process does at a stop where there is none
_still: Connection | None = None  # where a worker says that it stands still


@contextmanager
def heard_stop() -> Iterator[Callable[[], bool]]:
    """While it lasts, SIGINT and SIGTERM end nothing: the block asks whether to stop, and stops where it can.

    Raises `KeyboardInterrupt` where the block came to its end in spite of a stop; in a worker it does not return then.
    Only the main thread of a process hears signals; elsewhere, as in a dask worker, they do what they did.
    """
    if threading.current_thread() is not threading.main_thread():
        yield _orphaned.is_set
        return
    _blocks.append(block := object())
    before = {number: signal.signal(number, _hear) for number in SIGNALS}
    try:
        yield lambda: _asked.is_set() or _orphaned.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _blocks.remove(block)
        asked = _asked.is_set()
        if asked and _without_block is _stand_still:
            _stand_still()
        if not _blocks:
            _asked.clear()
    if asked:
        raise KeyboardInterrupt


def end_when_stopped() -> None:
    """Let a stop end this process, a command, at once where no block hears it."""
    told = os.dup(2)  # descriptor 2 itself is turned elsewhere while Keras starts

    def end() -> None:
        remove_under_way()
        os.write(told, f"{SHOW_CURSOR if os.isatty(told) else ''}{STOPPED}\n".encode())
        os._exit(INTERRUPTED)

    _always_hear(end)


def begin_worker(parent: int, still: Connection | None = None) -> None:
    """Make this process a worker of process `parent`: it hears a stop, and ends soon after its parent has.

    Into `still` it sends its number when it was asked to stop and has put down what it did.
    """
    global _still
    _still = still
    _always_hear(_stand_still)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


@contextmanager
def held_back() -> Iterator[None]:
    """Threads and processes that are begun in the block get no signal until they ask for it, as `begin_worker` does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _always_hear(without_block: Callable[[], None]) -> None:
    global _without_block
    _without_block = without_block
    for number in SIGNALS:
        signal.signal(number, _hear)


def _hear(number: int, frame: FrameType | None) -> None:
    _asked.set()
    if not _blocks and _without_block:
        _without_block()


def _stand_still() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    remove_under_way()
    if _still:
        _still.send(os.getpid())
    while True:
        time.sleep(LOOK)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:  # a process whose parent ends gets another one
        time.sleep(LOOK)
    _orphaned.set()
    deadline = time.monotonic() + GRACE
    while _blocks and time.monotonic() < deadline:
        time.sleep(LOOK / 10)
    remove_under_way()
    os._exit(1)  # what was not put down is made again: files are whole or not there
