"""What the system refuses (room on a disk, memory, permission), told as errors that a user can mend."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground.errors import BrokenDisk, DoodlestackError, NotEnoughRoom, NotWritable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}  # the last two: a file is in the way
BROKEN = {errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.ENOTCONN}  # the last two: of network shares
FULL_WORDS = ("No space left", "File too large", " requested and ")  # of writers that pass no number on
NO_MEMORY_WORDS = (
    *("RESOURCE_EXHAUSTED", "ResourceExhaustedError", "OutOfMemory", "out of memory", "bad_alloc"),
    *("failed to map segment", "can't start new thread", "Cannot allocate memory"),  # under a limit of the process
)
GO_ON = "What is whole stays; the same command goes on from there."


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """In the block `path` is written: where the disk refuses, `NotEnoughRoom`, `NotWritable`, `BrokenDisk` say so."""
    try:
        yield
    except DoodlestackError:
        raise
    except Exception as error:
        if (told := _of_disk(error, path)) is not None:
            raise told from error
        raise


def told(error: Exception) -> Exception:
    """The error as a user is to be told of it; errors that say nothing of the machine stay as they are."""
    if isinstance(error, DoodlestackError):
        return error
    if isinstance(error, MemoryError) or any(words in f"{type(error).__name__}: {error}" for words in NO_MEMORY_WORDS):
        return NotEnoughRoom(
            f"Expected enough memory, received: {_first_line(error)} Set a smaller batch_size or fewer workers. {GO_ON}"
        )
    return _of_disk(error, Path(getattr(error, "filename", None) or "the disk")) or error


def _of_disk(error: Exception, path: Path) -> DoodlestackError | None:
    number = getattr(error, "errno", None)
    if number in FULL or (isinstance(error, OSError) and any(words in str(error) for words in FULL_WORDS)):
        return NotEnoughRoom(f"Expected room to write {path}, received: {_first_line(error)} Make room. {GO_ON}")
    if isinstance(error, OSError) and number in FORBIDDEN:
        return NotWritable(
            f"Expected to be able to write {path}, received: {_first_line(error)} Mend its permissions, or name "
            "another folder."
        )
    if isinstance(error, OSError) and not isinstance(error, ConnectionError) and number in BROKEN:
        return BrokenDisk(
            f"Expected the disk to read and write {path}, received: {_first_line(error)} Look what the system says of "
            f"it (dmesg), mend it or take another. {GO_ON}"
        )
    return None


def _first_line(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return text if text.endswith(".") else f"{text}."
