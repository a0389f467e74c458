"""NumPy's files from anywhere: never unpickled, and never given more memory than the bytes that are there."""

import math
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ground.errors import BadData
from ground.packed import refuse_bomb

# what NumPy's reading of a header and the reading of a zip raise at damaged ones
DAMAGED = (
    *(OSError, EOFError, KeyError, ValueError, TypeError, OverflowError, RuntimeError, SyntaxError, MemoryError),
    *(tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}  # by version


def map_npy(path: Path) -> NDArray[Any]:
    """The array of a `.npy` file, mapped from the disk; raises `BadData` where it is damaged or holds objects."""
    try:
        return npy.open_memmap(path, mode="r")
    except DAMAGED as error:
        raise BadData(f"Expected a NumPy array in {path}, received something else ({error}). Make it anew.") from error


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an `.npz` file by name; raises `BadData` where it is damaged, a bomb or holds objects."""
    arrays: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                refuse_bomb(path, info.compress_size, info.file_size)
                with archive.open(info) as member:
                    arrays[info.filename.removesuffix(".npy")] = _array(member, info.file_size)
    except DAMAGED as error:
        raise BadData(f"Expected NumPy arrays in {path}, received something else ({error}). Make it anew.") from error
    return arrays


def _array(file: IO[bytes], size: int) -> NDArray[Any]:
    """The array of `size` bytes, header included; raises ValueError where the header says otherwise."""
    version = npy.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"a NumPy file of version {version}")
    shape, fortran_order, dtype = HEADERS[version](file)
    if dtype.hasobject:
        raise ValueError("Python objects, which would have to be unpickled")
    held = size - file.tell()
    if math.prod(shape) * dtype.itemsize != held or min(shape, default=0) < 0:
        raise ValueError(f"{held:,} bytes for an array of the shape {shape} of {dtype}")
    array = np.frombuffer(file.read(), dtype).reshape(shape, order="F" if fortran_order else "C")
    return array
