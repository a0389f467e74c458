"""Files that are whole or not there: written under a temporary name, synced, then renamed."""

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ground.errors import BadData, MissingResult
from ground.faults import writing
from ground.temporaries import temporary

T = TypeVar("T")

NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}  # what disks that have none answer (exFAT, some shares)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; what is written there becomes `path` when the block ends well.

    The temporary name keeps the suffix of `path`, since many writers choose their format by it. When the
    block raises, the temporary file is removed and an earlier `path` stays as it was. Raises `NotEnoughRoom`
    where the disk is full, `NotWritable` where it may not be written.
    """
    with temporary(path) as written, writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        yield written
        _sync(written)
        os.replace(written, path)
        _sync(path.parent)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Like `whole_file`, for a folder of files: it appears under its name with all of them or not at all.

    An earlier folder at `path` is replaced.
    """
    with temporary(path) as written, temporary(path) as old, writing(path):
        written.mkdir(parents=True)
        yield written
        for file in written.rglob("*"):
            _sync(file)
        if path.exists():
            os.replace(path, old)
        os.replace(written, path)
        _sync(path.parent)


def write_json(path: Path, content: Any) -> None:
    """Write `content` as indented JSON, whole or not at all."""
    with whole_file(path) as written:
        _dump(written, content)


def write_json_once(path: Path, content: Any) -> None:
    """Write `content` as JSON unless `path` is there; of several writers at once the first one's file stays.

    On a disk without hard links, of two writers at the very same moment the later one's file stays, whole too.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary(path) as written:
        _dump(written, content)
        _sync(written)
        _link_once(written, path)
        _sync(path.parent)


def read_json_as(path: Path, kind: type[T], mend: str = "") -> T:
    """Read a JSON file into a dataclass, a TypedDict or any other type.

    Types are strict: `"5"` is no number. Keys that the type does not know are passed over. Raises `MissingResult`
    when there is no file, `BadData` when it is not of its form; both end with what to do, `mend`.
    """
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes(), strict=True)
    except FileNotFoundError as error:
        again = mend or "Repeat the step that writes it."
        raise MissingResult(f"Expected {path}, received no such file. {again}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _not_json(path, f"{place}: {first['msg']}" if place else first["msg"], mend) from error
    except OSError as error:
        raise _not_json(path, str(error), mend) from error


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _not_json(path: Path, why: str, mend: str) -> BadData:
    again = mend or "Delete it and repeat the step."
    return BadData(f"Expected JSON in {path}, received something else ({why}). {again}")


def _dump(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _link_once(written: Path, path: Path) -> None:
    """Give the file the name `path` unless that is taken: unlike a rename, a link never replaces."""
    try:
        os.link(written, path)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        os.replace(written, path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
