"""Bytes spoiled as disks, networks and strangers spoil them."""

import json
import random
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

TEXT_NUMBERS = [
    *("-1", "0", "-0", "1e400", "1e-400", "NaN", "Infinity", "0x10", "00012", "1.5", "١٢"),
    *(str(2**power + step) for power in (7, 8, 15, 16, 31, 32, 63, 64) for step in (-1, 0)),
    "9" * 400,
    "1" * 5000,  # past Python's limit for turning digits into a number
]
BINARY_NUMBERS = [
    *(struct.pack("<i", value) for value in (-1, 0, 1, 2**31 - 1, -(2**31), 2**24)),
    *(struct.pack("<q", value) for value in (-1, 0, 1, 2**63 - 1, -(2**63), 2**40)),
    *(struct.pack("<H", value) for value in (0, 1, 65535)),
    struct.pack("<f", float("nan")),
    struct.pack("<f", -1.0),
]
NOT_UTF8 = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82"]
SIGNS = [
    b"\x00",
    b"\n",
    b"\r",
    b'"',
    b",",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"'",
    b" ",
    b"\x1b[2J",
    b"\xef\xbb\xbf",
]
NESTING = [b"[", b"{", b'{"a":', b"(", b"[[", b"\x81"]  # the last is a list of one in MessagePack
LONG, DEEP = 100_000, 20_000  # bytes, levels

VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 10**9, 2**63, -(2**63), 1e308, 0.5, float("nan"), float("inf")),
    *(
        "",
        "x",
        "é",
        "\ud800",
        "../../etc/passwd",
        "a" * LONG,
        "-1",
        [],
        {},
        [[]],
        [None],
        [0],
        {"": 0},
        {"a": {"b": []}},
    ),
]

Operation = Callable[[random.Random, bytearray, bytes], bytearray]


def mutate(rng: random.Random, data: bytes, other: bytes = b"") -> bytes:
    """`data` after one to four mutations; `other` is another file of its kind, to be spliced with."""
    spoiled = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        spoiled = rng.choice(OPERATIONS)(rng, spoiled, other)
    return bytes(spoiled)


def mutate_json(rng: random.Random, data: bytes) -> bytes:
    """JSON of which one value is another, or gone."""
    content = json.loads(data)
    holders = list(_holders(content))
    if not holders:
        return json.dumps(rng.choice(VALUES)).encode()
    holder, key = rng.choice(holders)
    if rng.random() < 0.2:
        del holder[key]
    else:
        holder[key] = rng.choice(VALUES)
    return json.dumps(content).encode()


def flip_bits(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    for _ in range(rng.choice((1, 1, 3, 20))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def set_bytes(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    for _ in range(rng.choice((1, 2, 8))):
        if data:
            data[rng.randrange(len(data))] = rng.choice((0, 255, 127, 128, rng.randrange(256)))
    return data


def truncate(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return data[: rng.choice((0, 1, len(data) // 2, max(0, len(data) - 1), rng.randint(0, len(data))))]


def drop_beginning(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return data[rng.randint(0, len(data)) :]


def remove_block(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    first, last = _block(rng, data)
    return data[:first] + data[last:]


def repeat_block(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    first, last = _block(rng, data)
    times = rng.choice((1, 1, 2, 50)) if last - first < 2000 else 1
    return data[:last] + data[first:last] * times + data[last:]


def move_block(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    first, last = _block(rng, data)
    rest = data[:first] + data[last:]
    place = rng.randint(0, len(rest))
    return rest[:place] + data[first:last] + rest[place:]


def blank_block(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    first, last = _block(rng, data)
    data[first:last] = rng.choice((b"\x00", b"\xff", b" ", b"\n")) * (last - first)
    return data


def insert_noise(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return _inserted(rng, data, rng.randbytes(rng.choice((1, 4, 64, 1000))))


def splice(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


def insert_sign(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return _inserted(rng, data, rng.choice((*SIGNS, *NOT_UTF8)) * rng.choice((1, 1, 1, 3)))


def extreme_text_number(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    """One of the numbers that stand in the first 100,000 bytes as digits becomes another."""
    found = list(re.finditer(rb"-?\d+(\.\d+)?", data[:LONG]))
    if not found:
        return extreme_binary_number(rng, data, other)
    first, last = rng.choice(found).span()
    data[first:last] = rng.choice(TEXT_NUMBERS).encode()
    return data


def extreme_binary_number(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    number = rng.choice(BINARY_NUMBERS)
    place = rng.randint(0, max(0, len(data) - len(number)))
    if rng.random() < 0.5:
        place -= place % len(number)  # as most formats align
    data[place : place + len(number)] = number
    return data


def long_line(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return _inserted(rng, data, rng.choice((b"a", b"1", b"1,", b"\x00", b" ", b'""', b"\xff")) * LONG)


def deep_nesting(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return _inserted(rng, data, rng.choice(NESTING) * rng.choice((50, DEEP)))


def other_line_ends(rng: random.Random, data: bytearray, other: bytes) -> bytearray:
    return data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"", b"\n\n")))


OPERATIONS: tuple[Operation, ...] = (
    *(flip_bits, flip_bits, set_bytes, truncate, drop_beginning, remove_block, repeat_block, move_block, blank_block),
    *(insert_noise, splice, insert_sign, insert_sign, extreme_text_number, extreme_text_number),
    *(extreme_binary_number, long_line, deep_nesting, other_line_ends),
)


def _block(rng: random.Random, data: bytearray) -> tuple[int, int]:
    first = rng.randint(0, len(data))
    return first, min(len(data), first + rng.choice((1, 2, 8, 40, 500, 5000)))


def _inserted(rng: random.Random, data: bytearray, block: bytes) -> bytearray:
    place = rng.randint(0, len(data))
    return data[:place] + block + data[place:]


def _holders(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every value inside, as what holds it and its key or place there."""
    places = content.keys() if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in places:
        yield content, key
        yield from _holders(content[key])
