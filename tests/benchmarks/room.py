"""A place for a benchmark's files, and whether they fit."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground.errors import NotEnoughRoom


@contextmanager
def temporary_folder(within: Path | None, needed: float) -> Iterator[Path]:
    """A new folder within another, the system's own by default, that is gone afterwards.

    Raises `NotEnoughRoom` where fewer than `needed` bytes are free.
    """
    with tempfile.TemporaryDirectory(prefix="doodlestack_", dir=within) as folder:
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise NotEnoughRoom(
                f"Expected {needed / 1e9:.1f} GB free in {Path(folder).parent}, received {free / 1e9:.1f} GB. "
                "Measure with less, or name another disk by --folder."
            )
        yield Path(folder)
