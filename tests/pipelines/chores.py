"""Small tasks for the executor's tests: importable, as every task must be."""

import os
import time
from pathlib import Path

from ground.errors import BadData


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


def sleep(path: str, seconds: float) -> None:
    """Take long, then say so."""
    time.sleep(seconds)
    Path(path).write_text("slept")
