"""Readers that do with a spoiled file what none may, to see that the fuzzer notices."""

import ctypes
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ground.errors import BadData
from tests.faults.fuzz.archives import TRAP
from tests.faults.fuzz.reader import Outcome, Reader

WHOLE = bytes(range(256))


def _read(misdeed: Callable[[], Any], folder: Path, name: str) -> Outcome:
    if (folder / name).read_bytes() == WHOLE:
        return Outcome(1, digest=WHOLE)
    misdeed()
    return Outcome(1)


def _whole(folder: Path) -> tuple[str, ...]:
    (folder / "whole.dat").write_bytes(WHOLE)
    return ("whole.dat",)


def _work_on() -> None:
    while True:
        pass


def _raise(error: Exception) -> None:
    raise error


MISDEEDS: dict[str, Callable[[], Any]] = {
    "silent": lambda: None,
    "unnamed": lambda: _raise(BadData("Expected something else.")),
    "traceback": lambda: _raise(ValueError("whole.dat")),
    "memory": lambda: bytes(2 << 30),
    "executed": lambda: os.mkdir(TRAP),
    "crash": lambda: ctypes.string_at(0),
    "hang": _work_on,
}
READERS = {
    name: Reader(name, _whole, partial(_read, misdeed), has_checksums=True) for name, misdeed in MISDEEDS.items()
}
