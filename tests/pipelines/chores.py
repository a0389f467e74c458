"""Small tasks for the executor's tests: importable, as every task must be."""

import os
import resource
import time
from pathlib import Path

import numpy as np
import psutil

from ground.errors import BadData
from pipelines.stopping import heard_stop


def note(path: str, text: str) -> None:
    """Write `text` and the process's number."""
    Path(path).write_text(f"{text} {os.getpid()} {os.environ.get('DOODLESTACK_THREADS', '-')}")


def refuse(path: str) -> None:
    """End in one of our errors."""
    raise BadData(f"Expected drawings in {path}, received none.")


def stumble() -> None:
    """End in an error that is not ours."""
    raise ZeroDivisionError("a bug")


def die() -> None:
    """End as a process does that the system kills for want of memory."""
    os.kill(os.getpid(), 9)


def hoard() -> None:
    """Ask for more memory than a process may have."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + 2**28, limits[1]))
    try:
        np.ones(2**28)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def sleep(path: str, seconds: float) -> None:
    """Take long, then say so."""
    time.sleep(seconds)
    Path(path).write_text("slept")


def put_down(path: str) -> None:
    """Work until a stop is asked for, then put it down whole."""
    with heard_stop() as stop:
        Path(f"{path}.begun").touch()
        while not stop():
            time.sleep(0.02)
        time.sleep(0.3)  # putting down takes its time
        Path(path).write_text("put down")
    raise KeyboardInterrupt


def wait_long(path: str) -> None:
    """Begin, and hear nothing."""
    Path(f"{path}.begun").touch()
    time.sleep(60)
    Path(path).write_text("done")
