"""Parts of a benchmark that run in a process of their own: as a module, from the project's folder."""

import os
import sys
from pathlib import Path

from pipelines.executor import KEPT_MEMORY, cores, worker_environment

ROOT = Path(__file__).parents[2]


def command(module: str, *arguments: object) -> list[str]:
    """The command line of `python -m module arguments`."""
    return [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]


def as_a_worker() -> None:
    """Begin this process anew in the environment that a run's workers have, unless it is in it already.

    There memory that was freed is kept. Elsewhere a batch of pictures is written into memory that the system has to
    clear first, which takes as long as half of the drawing.
    """
    if KEPT_MEMORY.items() <= os.environ.items():
        return
    sys.stdout.flush()
    os.execve(sys.executable, sys.orig_argv, {**os.environ, **worker_environment(cores())})
