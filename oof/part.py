"""One part of a store on disk: the probabilities of one fold's rows, whole, checked, and never read half."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadData, BadOOF
from ground.files import read_json, sha256, whole_file, write_json


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
        write_json(self._seal, {"count": len(key_id)} | {kind: sha256(self._array(kind)) for kind in _KINDS})

    def verify(self) -> None:
        """Raises `BadOOF` where a file is not what was written."""
        seal = self._read_seal()
        for kind in _KINDS:
            path = self._array(kind)
            found = sha256(path) if path.exists() else "no file"
            if found != seal.get(kind):
                raise self._damaged(f"SHA-256 {seal.get(kind)} of {path.name} ({self._seal.name})", found)

    def key_id(self) -> NDArray[np.int64]:
        """(n,) in ascending order, mapped from the disk."""
        return self._read("key_id", np.dtype(np.int64))

    def probabilities(self) -> NDArray[np.float16]:
        """(n, C) in the order of `key_id`, mapped from the disk."""
        return self._read("probabilities", np.dtype(np.float16))

    def _read(self, kind: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        path = self._array(kind)
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise self._damaged(f"a NumPy array in {path.name}", str(error)) from error
        if array.dtype != dtype or len(array) != self._read_seal()["count"]:
            raise self._damaged(f"{self._read_seal()['count']:,} rows of {dtype}", f"{array.shape} of {array.dtype}")
        return array  # type: ignore[no-any-return]

    def _read_seal(self) -> dict[str, Any]:
        try:
            seal = read_json(self._seal)
        except BadData as error:
            raise self._damaged(f"JSON in {self._seal.name}", str(error)) from error
        if not isinstance(seal, dict) or not isinstance(seal.get("count"), int):
            raise self._damaged(f"a count and two checksums in {self._seal.name}", str(seal))
        return seal

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


_KINDS = ("key_id", "probabilities")


def _write_array(path: Path, array: NDArray[Any]) -> None:
    with whole_file(path) as temporary:
        np.save(temporary, array, allow_pickle=False)
