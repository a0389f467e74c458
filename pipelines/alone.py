"""One process at a time, where several work on one run folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from ground.locks import locked
from pipelines.progress import console
from pipelines.run_folder import RunFolder


@contextmanager
def alone_at(run: RunFolder, work: str) -> Iterator[None]:
    """Hold the lock of `work` in `run` through the block; say so and wait where another process holds it."""
    wait = f"another process is at the {work} of {run.root}; waiting for it"
    with locked(run.lock(work), on_wait=lambda: console.print(wait, soft_wrap=True)):
        yield
