"""Reads weight files of PyTorch's first form (.pth, before 1.6) without PyTorch, and without running what they say.

Such a file is a row of pickles: a magic number, the format's version, the writer's machine, the tensors (a name, a
place in a storage, a shape), the storages' keys; then each storage's length and raw numbers. Source of the layout:
`_legacy_save` in PyTorch's torch/serialization.py.
"""

import os
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadData

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
DTYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Tensor(NamedTuple):
    storage: tuple[Any, ...]  # ("storage", type, key, device, length, …)
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class _Reader(pickle.Unpickler):
    """Knows the three things that a file of tensors is made of, and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, stride, *_: _Tensor(storage, offset, shape, stride)
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        return pid


def read_tensors(path: Path) -> dict[str, NDArray[np.generic]]:
    """The tensors of a file by name; raises `BadData` where it is of another form, or damaged."""
    try:
        with path.open("rb") as file:
            return _tensors(file)
    except Exception as error:  # pickle raises errors of all kinds at damaged files
        raise BadData(
            f"Expected tensors in {path}, as PyTorch wrote them before version 1.6, received something else: {error}. "
            "Install the package that it belongs to anew."
        ) from error


def _tensors(file: BinaryIO) -> dict[str, NDArray[np.generic]]:
    magic, version, _machine, named, keys = (_Reader(file).load() for _ in range(5))
    if (magic, version) != (MAGIC, VERSION):
        raise ValueError(f"it begins with {magic!r:.40}, {version!r:.40}")
    types = {tensor.storage[2]: DTYPES[tensor.storage[1]] for tensor in named.values()}
    storages = {key: _storage(file, types[key]) for key in keys}
    return {name: _array(tensor, storages[tensor.storage[2]]) for name, tensor in named.items()}


def _storage(file: BinaryIO, dtype: np.dtype[Any]) -> NDArray[np.generic]:
    (length,) = struct.unpack("<q", file.read(8))
    left = os.fstat(file.fileno()).st_size - file.tell()
    if not 0 <= length * dtype.itemsize <= left:  # else a damaged length would ask for any memory
        raise ValueError(f"{length} numbers are announced, {left} bytes are left")
    return np.frombuffer(file.read(length * dtype.itemsize), dtype, count=length)


def _array(tensor: _Tensor, storage: NDArray[np.generic]) -> NDArray[np.generic]:
    last = tensor.offset + sum((side - 1) * step for side, step in zip(tensor.shape, tensor.stride, strict=True))
    if min(tensor.offset, *tensor.shape, *tensor.stride, 1) < 0 or last >= len(storage):
        raise ValueError(f"a tensor of {tensor.shape} ends at {last} of {len(storage)} numbers")
    steps = [step * storage.itemsize for step in tensor.stride]  # PyTorch may have kept channels last
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, steps, writeable=False)
