"""Temporary names of files and folders that are being written, and those under way in this process.

A process that ends at a signal removes its own; one that was killed leaves them behind.
"""

import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = re.compile(r"\..+\.[0-9a-f]{8}(\.[^.]+)?")

_under_way: set[Path] = set()


@contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """A name beside `path`, with its suffix, since many writers choose their format by it; gone when the block ends."""
    name = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}{path.suffix}")
    _under_way.add(name)
    try:
        yield name
    finally:
        _remove(name)
        _under_way.discard(name)


def remove_under_way() -> None:
    """Remove what this process was writing, when it is about to end."""
    for name in list(_under_way):
        _remove(name)


def remove_left_behind(folder: Path, before: float) -> None:
    """Remove what killed processes were writing in `folder` or below: last changed `before`, seconds since 1970."""
    for name in [path for path in folder.rglob(".*") if NAME.fullmatch(path.name)]:
        if name.exists() and name.stat().st_mtime < before:
            _remove(name)


def _remove(name: Path) -> None:
    if name.is_dir():
        shutil.rmtree(name, ignore_errors=True)
    elif name.exists():  # asked first: where a file is in a folder's place, to unlink is an error of its own
        name.unlink()
