"""The memory of a process and all that it starts."""

import time
from subprocess import Popen

import psutil

EVERY = 0.1  # seconds


def peak_while(process: Popen[bytes]) -> int:
    """The most bytes that a process and its descendants hold together at any moment until it ends.

    Pages that several of them share count once in all (Linux: proportional set size), mapped files count as far as
    they are in memory. Where the system does not tell shares, only what each has for itself counts.
    """
    peak, root = 0, psutil.Process(process.pid)
    while process.poll() is None:
        peak = max(peak, _held(root))
        time.sleep(EVERY)
    return peak


def _held(root: psutil.Process) -> int:
    try:
        return sum(_own(process) for process in (root, *root.children(recursive=True)))
    except psutil.NoSuchProcess:  # the root itself has just ended
        return 0


def _own(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # it ended after it was listed
        return 0
    return int(getattr(memory, "pss", memory.uss))
