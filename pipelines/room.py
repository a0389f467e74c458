"""Room on the disk, looked for before anything is written."""

import shutil
from pathlib import Path

from ground.errors import NotEnoughRoom
from pipelines.report.numbers import size


def free_bytes(folder: Path) -> int:
    """What is free on the disk that a folder, there or not yet, is on."""
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    return shutil.disk_usage(there).free


def require_room(folder: Path, needed: int, what: str, instead: str) -> None:
    """Raise `NotEnoughRoom` where `what` would not fit; `instead` says what to do then."""
    free = free_bytes(folder)
    if needed > free:
        raise NotEnoughRoom(f"Expected {size(needed)} free for {what} in {folder}, received {size(free)}. {instead}")
