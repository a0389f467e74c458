"""The first drawings of a file, without the rest of it."""

import gzip
import io
from contextlib import nullcontext
from dataclasses import dataclass
from typing import IO

import numpy as np

from features.bad_rows import BadRows
from features.classes import in_order
from features.drawings import Drawings
from features.formats import read, words
from features.formats.binary import decode
from features.formats.sources import Source

HEAD = 128 << 10  # bytes, unpacked: some 250 simplified drawings, or 30 raw ones


@dataclass(frozen=True)
class Head(Source):
    """The beginning of a file, up to the end of a drawing, as if it were the file."""

    content: bytes
    of: int  # bytes of the whole file, unpacked; estimated where only its packed size is known

    @classmethod
    def of_file(cls, source: Source) -> "Head":
        """Raises `MissingResult` and `BadData` as `Source.open` does."""
        with source.open() as stream:
            beginning = io.BufferedReader(stream, HEAD).read(HEAD)  # type: ignore[type-var]
        if len(beginning) < HEAD:
            content, whole = beginning, len(beginning)
        else:
            content, whole = beginning[: _end(source, beginning)], _unpacked_size(source, beginning)
        return cls(**{**vars(source), "size": len(content)}, content=content, of=whole)

    def open(self) -> nullcontext[IO[bytes]]:
        """The beginning, unpacked."""
        return nullcontext(io.BytesIO(self.content))

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the file."""
        return self.of == len(self.content)

    def in_file(self, drawings: int) -> int:
        """About how many drawings the file has, where its head has so many."""
        return round(drawings * self.of / max(len(self.content), 1))

    @property
    def has_all_classes(self) -> bool:
        """Whether the head tells all classes of the file: a file named after its class is of that one alone."""
        return self.is_whole or words(self) == in_order([self.class_name])

    def drawings(self, bad_rows: BadRows, classes: tuple[str, ...] | None = None) -> Drawings:
        """Its drawings, as `features.formats.read` gives them and with what it raises."""
        return Drawings.concat(read(self, bad_rows, classes))


def _unpacked_size(source: Source, beginning: bytes) -> int:
    """Of the whole file; a gzip is taken to pack all of it as it packs its beginning."""
    if not source.name.lower().endswith(".gz"):
        return source.size
    return source.size * len(beginning) // len(gzip.compress(beginning))


def _end(source: Source, content: bytes) -> int:
    """Where the last whole drawing of a file's beginning ends."""
    if source.format == "bin":
        used: int = decode(np.frombuffer(content, np.uint8)).used
        return used
    return content.rfind(b"\n") + 1
