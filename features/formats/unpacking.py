"""Bytes out of files, gzips and zips; what damaged or harmful ones do becomes an error that names the file."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, cast

from ground.errors import BadData, MissingResult
from ground.packed import refuse_bomb

PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of LZMA, a header alone can ask for gigabytes of memory
# what zipfile and gzip raise at damaged, locked or unknown archives; ValueError also at names that are no text
DAMAGED = (
    *(OSError, EOFError, KeyError, ValueError, OverflowError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


@contextmanager
def unpacked(path: Path, member: str | None, name: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, or of a member of the zip `path`, without their gzip; read piece by piece.

    `name` stands in errors. Opening and reading raise `MissingResult` where there is no such file and `BadData` where
    it is damaged, locked or a bomb.
    """
    with ExitStack() as held:
        with _named(name):
            stream, packed = _opened(held, path, member)
        yield cast(IO[bytes], _Unpacked(stream, packed, name))


def zip_members(path: Path) -> list[zipfile.ZipInfo]:
    """What a zip says of its members, by name; raises `BadData` where it is no zip, or has two of one name."""
    with _named(str(path)), zipfile.ZipFile(path) as archive:
        members = sorted(archive.infolist(), key=lambda info: info.filename)
    if doubled := [first.filename for first, second in pairwise(members) if first.filename == second.filename]:
        raise BadData(f"Expected members of different names in {path}, received {doubled[0]!r} twice. Pack it anew.")
    return members


class _Unpacked(io.RawIOBase):
    """A stream whose errors name its file, and that ends at a bomb."""

    def __init__(self, stream: IO[bytes], packed: int, name: str) -> None:
        self._stream, self._packed, self._name = stream, packed, name
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _named(self._name):
            given: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]
        self._given += given
        refuse_bomb(self._name, self._packed, self._given)
        return given


def _opened(held: ExitStack, path: Path, member: str | None) -> tuple[IO[bytes], int]:
    """The stream and the bytes behind it."""
    packed = path.stat().st_size
    if member is None:
        stream: IO[bytes] = held.enter_context(path.open("rb"))
    else:
        archive = held.enter_context(zipfile.ZipFile(path))
        info = archive.getinfo(member)
        if info.compress_type not in PACKINGS:
            raise zipfile.BadZipFile(f"packed by method {info.compress_type}, neither stored nor deflated")
        stream, packed = held.enter_context(archive.open(info)), min(packed, info.compress_size)
    if (member or path.name).lower().endswith(".gz"):
        stream = cast(IO[bytes], held.enter_context(gzip.GzipFile(fileobj=stream)))
    return stream, packed


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MissingResult(f"Expected drawings in {name}, received no such file. Put it back.") from error
    except DAMAGED as error:
        received = f"a damaged or locked file ({error})"
        raise BadData(f"Expected {name} to unpack, received {received}. Get the file anew.") from error
