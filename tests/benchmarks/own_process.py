"""Parts of a benchmark that run in a process of their own: as a module, from the project's folder."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from ground.errors import DoodlestackError
from pipelines.executor import KEPT_MEMORY, cores, worker_environment

ROOT = Path(__file__).parents[2]


def command(module: str, *arguments: object) -> list[str]:
    """The command line of `python -m module arguments`."""
    return [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]


def own_environment() -> dict[str, str]:
    """That of a run's worker; settings that this process's environment has stay."""
    return {**worker_environment(cores()), **os.environ}


@contextmanager
def answering(line: Sequence[str], **variables: str) -> Iterator[Callable[[str], float]]:
    """A process that answers each line that it is sent with a number, and ends when no more can come."""
    environment, pipe = {**own_environment(), **variables}, subprocess.PIPE
    with subprocess.Popen(line, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        asked, answers = cast(IO[str], process.stdin), cast(IO[str], process.stdout)

        def ask(what: str) -> float:
            print(what, file=asked, flush=True)
            if not (said := answers.readline()):
                raise DoodlestackError("Expected a rate, the process that measures it ended (see above).")
            return float(said)

        yield ask


def as_a_worker() -> None:
    """Begin this process anew in the environment that a run's workers have, unless it is in it already.

    There memory that was freed is kept. Elsewhere a batch of pictures is written into memory that the system has to
    clear first, which takes as long as half of the drawing.
    """
    if KEPT_MEMORY.items() <= os.environ.items():
        return
    sys.stdout.flush()
    os.execve(sys.executable, sys.orig_argv, {**os.environ, **worker_environment(cores())})
