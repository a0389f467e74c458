"""Bytes spoiled as disks, networks and strangers spoil them: some bytes of a file become others, or none."""

import json
import random
import re
import struct
from collections.abc import Iterator
from typing import Any

Span = tuple[int, int]

TEXT_NUMBERS = (
    *("-1", "0", "-0", "1e400", "1e-400", "NaN", "Infinity", "0x10", "00012", "1.5", "١٢"),
    *(str(2**power + step) for power in (7, 8, 15, 16, 31, 32, 63, 64) for step in (-1, 0)),
    "9" * 400,
    "1" * 5000,  # past Python's limit for turning digits into a number
)
BINARY_NUMBERS = (
    *(struct.pack("<H", value) for value in (0, 1, 2**16 - 1)),
    *(struct.pack("<i", value) for value in (-1, 0, 1, 2**24, 2**31 - 1, -(2**31))),
    *(struct.pack("<q", value) for value in (-1, 0, 1, 2**40, 2**63 - 1, -(2**63))),
    *(struct.pack("<f", value) for value in (-1.0, float("nan"))),
)
SIGNS = (
    *(b"\x00", b"\n", b"\r", b"\r\n", b'"', b"'", b",", b"\\", b"{", b"}", b"[", b"]", b":", b" "),
    *(b"\x1b[2J", b"\xef\xbb\xbf"),  # clears a terminal; a byte order mark
    *(b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82"),  # no UTF-8
)
NESTING = (b"[", b"{", b'{"a":', b"(", b"[[", b"\x81")  # the last is a list of one in MessagePack
LONG, DEEP = 100_000, 20_000  # bytes, levels
RUNS = (b"a", b"1", b"1,", b"\x00", b" ", b'""', b"\xff", b"\n")
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 10**9, 2**63, -(2**63), 1e308, 0.5, float("nan"), float("inf")),
    *("", "x", "é", "\ud800", "../../etc/passwd", "a" * LONG, "-1"),
    *([], {}, [[]], [None], [0], {"": 0}, {"a": {"b": []}}),
)


def mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """`data` after one to four mutations; `other` is another file of its kind, of which pieces may come."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        first, last = rng.choice((_block, _block, _block, _number, _aligned, _end, _beginning))(rng, data)
        data = data[:first] + _instead(rng, data, (first, last), other) + data[last:]
    return data


def mutate_json(rng: random.Random, data: bytes) -> bytes:
    """JSON of which one value is another, or gone."""
    whole = {"content": json.loads(data)}
    holder, key = rng.choice([*_places(whole)])
    if rng.random() < 0.2:
        del holder[key]
    else:
        holder[key] = rng.choice(VALUES)
    return json.dumps(whole.get("content")).encode()


def _instead(rng: random.Random, data: bytes, span: Span, other: bytes) -> bytes:
    """What comes in the place of `data[first:last]`."""
    first, last = span
    block = data[first:last]
    match rng.randrange(14):
        case 0 | 1:
            return b""
        case 2:
            return block * rng.choice((2, 50) if len(block) < 2000 else (2,))
        case 3 | 4 | 5:
            return _flipped(rng, block)
        case 6:
            return rng.choice(RUNS)[:1] * len(block)
        case 7:
            return rng.randbytes(rng.choice((1, 4, 64, 1000)))
        case 8:
            return block + rng.choice(SIGNS) * rng.choice((1, 1, 3))
        case 9:
            return rng.choice(TEXT_NUMBERS).encode()
        case 10:
            return rng.choice(BINARY_NUMBERS)
        case 11:
            return block + rng.choice((rng.choice(RUNS) * LONG, rng.choice(NESTING) * rng.choice((50, DEEP))))
        case 12:
            start, end = _block(rng, data)
            return block + data[start:end]
        case _:
            return other[rng.randint(0, len(other)) :]


def _flipped(rng: random.Random, block: bytes) -> bytes:
    flipped = bytearray(block)
    for _ in range(rng.choice((1, 1, 3, 20)) if block else 0):
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def _block(rng: random.Random, data: bytes) -> Span:
    first = rng.randint(0, len(data))
    return first, min(len(data), first + rng.choice((0, 1, 2, 8, 40, 500, 5000)))


def _number(rng: random.Random, data: bytes) -> Span:
    """Digits among the first 100,000 bytes."""
    found = [match.span() for match in re.finditer(rb"-?\d+(\.\d+)?", data[:LONG])]
    return rng.choice(found or [(0, 0)])


def _aligned(rng: random.Random, data: bytes) -> Span:
    """Where a binary number may stand."""
    size = rng.choice((2, 4, 8))
    first = rng.randrange(0, len(data) + 1, size)
    return first, min(len(data), first + size)


def _end(rng: random.Random, data: bytes) -> Span:
    return rng.choice((0, 1, len(data) // 2, max(0, len(data) - 1), rng.randint(0, len(data)))), len(data)


def _beginning(rng: random.Random, data: bytes) -> Span:
    return 0, rng.randint(0, len(data))


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every value inside, as what holds it and its key or place there."""
    places = [*content] if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in places:
        yield content, key
        yield from _places(content[key])
