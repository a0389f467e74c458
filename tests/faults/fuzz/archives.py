"""Spoiled files inside whole archives, archives made to harm, and a pickle that runs code."""

import gzip
import io
import os
import pickle
import random
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from tests.faults.fuzz.mutations import mutate, mutate_json

ZIPS = (".zip", ".npz", ".keras")
BOMB = 2 << 30  # bytes, unpacked; twice the memory that a reader may take
TRAP = "escaped.csv"  # appears where code inside a file runs, or a path leads astray
CHUNK = 1 << 20  # bytes of which a bomb is a thousand


class _Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (TRAP,)


PICKLE = pickle.dumps(_Trap())


def spoil(rng: random.Random, name: str, data: bytes, other: bytes) -> tuple[bytes, bool]:
    """A mutation of a file, and whether its archive's checksums fit it: then what is inside was spoiled."""
    inside = rng.random() < 0.5
    suffix = PurePosixPath(name).suffix
    if inside and suffix == ".gz":
        return gzipped(mutate(rng, gzip.decompress(data), gzip.decompress(other))), True
    if inside and suffix in ZIPS:
        members = unzipped(data)
        member = rng.choice(sorted(members))
        spoiled, _ = spoil(rng, member, members[member], unzipped(other).get(member, b""))
        return zipped({**members, member: spoiled}), True
    return (mutate_json(rng, data) if inside and suffix == ".json" else mutate(rng, data, other)), False


def gzipped(data: bytes) -> bytes:
    """A gzip that is the same at any time."""
    return gzip.compress(data, 1, mtime=0)


def unzipped(data: bytes) -> dict[str, bytes]:
    """The members of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of members by name, the same at any time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return held.getvalue()


def gzip_bomb(line: bytes, unpacked: int) -> bytes:
    """A gzip that grows a thousandfold, of one line over and over."""
    return gzip.compress(_lines(line), 9, mtime=0) * (unpacked // CHUNK)


def zip_bomb(name: str, line: bytes, unpacked: int, others: dict[str, bytes] | None = None) -> bytes:
    """A zip whose first member grows so; its checksum is wrong, which shows at its end only."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    chunk = packer.compress(_lines(line)) + packer.flush(zlib.Z_FULL_FLUSH)  # stands for itself, so it may be repeated
    stream = chunk * (unpacked // CHUNK) + packer.flush()
    return _patched(zipped({name: stream, **(others or {})}, zipfile.ZIP_STORED), method=8, size=unpacked)


def harmful_zips(member: str, content: bytes) -> dict[str, bytes]:
    """What strangers put into zips, and what transfers do to them, by title."""
    whole = zipped({member: content})
    doubled = zipped({member: content, member[::-1]: content}).replace(member[::-1].encode(), member.encode())
    names = (f"../../{TRAP}", f"/etc/{TRAP}", f"C:\\{TRAP}", ".csv", "\x1b[2J.csv")
    return {
        **{f"a member named {name!r}": zipped({name: content}) for name in names},
        "a name that is no UTF-8": _patched(whole, flags=1 << 11).replace(member.encode(), b"\xff" * len(member)),
        "one name twice": doubled,
        "many empty members": zipped({f"{number}.csv": b"" for number in range(2000)}),
        "nothing": zipped({}),
        "nothing but a zip in a zip": zipped({"inner.zip": whole}),
        "two zips in one file": whole + whole,
        "bytes before the zip": b"#!/bin/sh\n" * 10 + whole,
        "an encrypted member": _patched(whole, flags=1),
        "packed by LZMA": zipped({member: content}, zipfile.ZIP_LZMA),
        "an unknown packing": _patched(whole, method=99),
        "a wrong checksum": _patched(whole, checksum=zlib.crc32(b"other")),
        "a wrong length": _patched(whole, size=len(content) + 100),
        "a huge length": _patched(whole, size=2**32 - 2),
        "a bomb of empty lines": zip_bomb(member, b"\n", BOMB),
        "a bomb of one line": zip_bomb(member, b"\0", BOMB),
        "a bomb of short lines": zip_bomb(member, b"a,b\n", BOMB),
        "a gzip bomb in a zip": zipped({f"{member}.gz": gzip_bomb(b"\0", BOMB)}),
    }


def _lines(line: bytes) -> bytes:
    return line * (CHUNK // len(line))


def _patched(data: bytes, **values: int) -> bytes:
    """A zip with other values in both headers of its first member: flags, method, checksum, size."""
    fields = {"flags": (6, "<H"), "method": (8, "<H"), "checksum": (14, "<I"), "size": (22, "<I")}
    patched = bytearray(data)
    for header, shift in ((data.index(b"PK\x03\x04"), 0), (data.index(b"PK\x01\x02"), 2)):
        for name, value in values.items():
            place, form = fields[name]
            struct.pack_into(form, patched, header + shift + place, value)
    return bytes(patched)
