"""One part of a store on disk: the probabilities of one fold's rows, whole, checked, and never read half."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ground.arrays import map_npy
from ground.errors import BadData, BadOOF
from ground.files import read_json_as, sha256, whole_file, write_json


@dataclass(frozen=True)
class Seal:
    """`<name>.json`."""

    count: int
    key_id: str  # SHA-256
    probabilities: str  # SHA-256

    @property
    def checksums(self) -> dict[str, str]:
        return {"key_id": self.key_id, "probabilities": self.probabilities}


@dataclass(frozen=True)
class Part:
    """`<name>.key_id.npy` int64 (n,), `<name>.probabilities.npy` float16 (n, C), rows in the order of key_id.

    `<name>.json` holds the count and the SHA-256 of both and is written last: without it there is no part.
    """

    folder: Path
    name: str

    @property
    def exists(self) -> bool:
        return self._seal.exists()

    def write(self, key_id: NDArray[np.int64], probabilities: NDArray[np.float32]) -> None:
        """Write rows that have been checked; an earlier part of this name ends with the first byte written."""
        order = np.argsort(key_id)
        self._seal.unlink(missing_ok=True)
        _write_array(self._array("key_id"), key_id[order].astype(np.int64))
        _write_array(self._array("probabilities"), probabilities[order].astype(np.float16))
        seal = Seal(len(key_id), sha256(self._array("key_id")), sha256(self._array("probabilities")))
        write_json(self._seal, asdict(seal))

    def verify(self, classes: int) -> None:
        """Raises `BadOOF` where a file is not what was written, or not what is written here: (n,) and (n, C)."""
        seal = self._read_seal()
        for kind, checksum in seal.checksums.items():
            path = self._array(kind)
            found = sha256(path) if path.exists() else "no file"
            if found != checksum:
                raise self._damaged(f"SHA-256 {checksum} of {path.name} ({self._seal.name})", found)
        key_id, shape = self.key_id(), self.probabilities().shape
        if key_id.shape != (seal.count,) or shape != (seal.count, classes):
            raise self._damaged(f"{seal.count:,} rows of {classes} classes", f"{shape} and {key_id.shape}")
        if not (np.diff(key_id) > 0).all():
            raise self._damaged("ascending key_ids", "others")

    def key_id(self) -> NDArray[np.int64]:
        """(n,) in ascending order, mapped from the disk."""
        return self._read("key_id", np.dtype(np.int64))

    def probabilities(self) -> NDArray[np.float16]:
        """(n, C) in the order of `key_id`, mapped from the disk."""
        return self._read("probabilities", np.dtype(np.float16))

    def _read(self, kind: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        path = self._array(kind)
        try:
            array = map_npy(path)
        except BadData as error:
            raise self._damaged(f"a NumPy array in {path.name}", str(error)) from error
        if array.dtype != dtype:
            raise self._damaged(f"{dtype} in {path.name}", str(array.dtype))
        return array

    def _read_seal(self) -> "Seal":
        try:
            return read_json_as(self._seal, Seal)
        except BadData as error:
            raise self._damaged(f"a count and two checksums in {self._seal.name}", str(error)) from error

    def _damaged(self, expected: str, received: str) -> BadOOF:
        return BadOOF(
            f"Expected {expected} in {self.folder}, received {received}: the part '{self.name}' is damaged. "
            f"Delete {self._seal} and repeat the step that made it."
        )

    @property
    def _seal(self) -> Path:
        return self.folder / f"{self.name}.json"

    def _array(self, kind: str) -> Path:
        return self.folder / f"{self.name}.{kind}.npy"


def _write_array(path: Path, array: NDArray[Any]) -> None:
    with whole_file(path) as temporary:
        np.save(temporary, array, allow_pickle=False)
