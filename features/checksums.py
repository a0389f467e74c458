"""Whether files still hold what was written: each has a checksum, verified once a process or where the file changed."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ground.errors import BadData
from ground.files import sha256
from ground.threads import in_threads


def checksums(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """The SHA-256 of each file in `folder`: 0.5 to 2 GB/s a core."""
    states = [_state(folder / name) for name in names]
    return dict(zip(names, in_threads(lambda state: sha256_once(*state), states), strict=True))


def require_as_written(folder: Path, written: Mapping[str, str], mend: str) -> None:
    """Raise `BadData` at the first file that is not what `written` says."""
    found = checksums(folder, list(written))
    for name, checksum in written.items():
        if found[name] != checksum:
            raise BadData(f"Expected {folder / name} as it was written, received another checksum. {mend}")


def _state(path: Path) -> tuple[Path, int, int, int]:
    """What differs where a file was written anew."""
    known = path.stat()
    return path.resolve(), known.st_ino, known.st_size, known.st_mtime_ns


@cache
def sha256_once(path: Path, *state: int) -> str:
    """Of a file in this state."""
    return sha256(path)
