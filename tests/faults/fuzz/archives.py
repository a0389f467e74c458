"""Spoiled files inside whole archives, and archives made to harm."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.faults.fuzz.mutations import mutate, mutate_json

ZIPS = (".zip", ".npz", ".keras")
BOMB = 2 << 30  # bytes, unpacked; twice the memory that a reader may take
CHUNK = 1 << 20  # bytes of which a bomb is a thousand


def spoil(rng: random.Random, name: str, data: bytes, other: bytes) -> bytes:
    """A mutation of a file; of an archive's, half the time, with what is inside it, so that its checksums hold."""
    suffix = PurePosixPath(name).suffix
    if suffix == ".gz" and rng.random() < 0.5:
        return gzip.compress(mutate(rng, gzip.decompress(data), gzip.decompress(other) if other else b""), 1)
    if suffix in ZIPS and rng.random() < 0.5:
        members = unzipped(data)
        member = rng.choice(sorted(members))
        return zipped({**members, member: spoil(rng, member, members[member], unzipped(other).get(member, b""))})
    if suffix == ".json" and rng.random() < 0.5:
        return mutate_json(rng, data)
    return mutate(rng, data, other)


def unzipped(data: bytes) -> dict[str, bytes]:
    """The members of a zip by name."""
    if not data:
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of members by name."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def gzip_bomb(line: bytes, unpacked: int) -> bytes:
    """A gzip that grows a thousandfold, of one line over and over."""
    return gzip.compress(_lines(line), 9) * (unpacked // CHUNK)


def zip_bomb(name: str, line: bytes, unpacked: int, others: dict[str, bytes] | None = None) -> bytes:
    """A zip whose first member grows so; its checksum is wrong, which shows at its end only."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    chunk = packer.compress(_lines(line)) + packer.flush(zlib.Z_FULL_FLUSH)  # stands for itself, so it may be repeated
    stream = chunk * (unpacked // CHUNK) + packer.flush()
    return _patched(zipped({name: stream, **(others or {})}, zipfile.ZIP_STORED), method=8, size=unpacked)


def harmful_zips(member: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """What strangers put into zips, and what transfers do to them, by title."""
    for path in ("../../escaped.csv", "/etc/escaped.csv", "C:\\escaped.csv", ".csv", "\x1b[2J.csv"):
        yield f"a member named {path!r}", zipped({path: content})
    whole = zipped({member: content})
    yield "an encrypted member", _patched(whole, flags=1)
    yield "a wrong checksum", _patched(whole, checksum=zlib.crc32(b"other"))
    yield "a bomb of empty lines", zip_bomb(member, b"\n", BOMB)
    yield "a zip in a zip", zipped({"inner.zip": whole, member: content})
    yield "nothing but a zip in a zip", zipped({"inner.zip": whole})
    yield "nothing", zipped({})
    yield "a bomb of one line", zip_bomb(member, b"\0", BOMB)
    yield "a bomb of short lines", zip_bomb(member, b"a,b\n", BOMB)
    yield "a gzip bomb in a zip", zipped({f"{member}.gz": gzip_bomb(b"\0", BOMB)})
    yield "packed by LZMA", zipped({member: content}, zipfile.ZIP_LZMA)
    yield "packed by bzip2", zipped({member: content}, zipfile.ZIP_BZIP2)
    yield "many empty members", zipped({f"{number}.csv": b"" for number in range(2000)})
    yield "an unknown packing", _patched(whole, method=99)
    yield "a wrong length", _patched(whole, size=len(content) + 100)
    yield "a huge length", _patched(whole, size=2**32 - 2)
    yield "a name that is no UTF-8", _patched(whole, flags=1 << 11).replace(member.encode(), b"\xff" * len(member))
    yield (
        "one name twice",
        zipped({member: content, member[::-1]: content}).replace(member[::-1].encode(), member.encode()),
    )
    yield "two zips in one file", whole + whole
    yield "bytes before the zip", b"#!/bin/sh\n" * 10 + whole


def _lines(line: bytes) -> bytes:
    return line * (CHUNK // len(line))


def _patched(
    data: bytes,
    flags: int | None = None,
    method: int | None = None,
    checksum: int | None = None,
    size: int | None = None,
) -> bytes:
    """A zip of one member with other values in both its headers."""
    patched = bytearray(data)
    for header, shift in ((data.index(b"PK\x03\x04"), 0), (data.index(b"PK\x01\x02"), 2)):
        for value, at, form in ((flags, 6, "<H"), (method, 8, "<H"), (checksum, 14, "<I"), (size, 22, "<I")):
            if value is not None:
                struct.pack_into(form, patched, header + shift + at, value)
    return bytes(patched)
