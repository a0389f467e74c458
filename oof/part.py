"""One part of a store on disk: the rows of one fold, whole, checked, and never read half."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from pydantic import StringConstraints

from ground.arrays import map_npy
from ground.errors import BadData, BadOOF, DamagedOOF, KeyMismatch, NotProbabilities
from ground.files import read_json_as, sha256, whole_file, write_json
from oof.forms import Column, Form, Rows
from oof.rows import row_blocks

KEY_ID = Column(np.dtype(np.int64))
Checksum = Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")]


@dataclass(frozen=True)
class Seal:
    """`<name>.json`: how many rows, and the SHA-256 of each file; a column that its form lacks is empty."""

    count: int
    key_id: Checksum
    probabilities: Checksum
    classes: Checksum = ""
    rest: Checksum = ""


@dataclass(frozen=True)
class Part:
    """`<name>.key_id.npy` int64 (n,) and `<name>.<column>.npy` for each column of the form, in the order of key_id.

    `<name>.json` holds the count and the SHA-256 of each and is written last: without it there is no part.
    """

    folder: Path
    name: str
    form: Form

    @property
    def exists(self) -> bool:
        return self.seal.exists()

    @property
    def seal(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def mend(self) -> str:
        """What to do about a part that is wrong."""
        return f"Delete {self.seal} and repeat the step that made it."

    def file(self, column: str) -> Path:
        return self.folder / f"{self.name}.{column}.npy"

    def write(self, key_id: NDArray[np.int64], probabilities: NDArray[np.float32]) -> None:
        """Write rows that have been checked; an earlier part of this name ends with the first byte written."""
        self.write_blocks(key_id, lambda rows: probabilities[rows])

    def write_blocks(
        self, key_id: NDArray[np.int64], probabilities_of: Callable[[NDArray[np.int64]], NDArray[np.float32]]
    ) -> None:
        """The same of rows too many to be held at once: a block of them at a time is asked for, by place."""
        order = np.argsort(key_id)
        self.seal.unlink(missing_ok=True)
        with ExitStack() as stack:
            files = {name: stack.enter_context(self._new(name, len(order))) for name in self._columns}
            for block in row_blocks(len(order)):
                rows = order[block]
                packed = {"key_id": key_id[rows].astype(np.int64), **self.form.pack(probabilities_of(rows))}
                for name, file in files.items():
                    file.write(packed[name].tobytes())
        write_json(self.seal, {"count": len(order), **{name: sha256(self.file(name)) for name in files}})

    def key_id(self) -> NDArray[np.int64]:
        """(n,) in ascending order, mapped from the disk."""
        return self._map("key_id")

    def rows(self, place: slice | NDArray[np.int64]) -> Rows:
        """The stored rows at these places, read from the disk."""
        return {name: np.asarray(self._map(name))[place] for name in self.form.columns}

    def find(self, key_id: NDArray[np.int64]) -> tuple[NDArray[np.int64], Rows]:
        """Which of these key_ids the part holds, as places in `key_id`, and their stored rows.

        Raises `NotProbabilities` for values that are none.
        """
        held = self.key_id()
        place = np.minimum(np.searchsorted(held, key_id), max(len(held) - 1, 0))
        found = np.flatnonzero(held[place] == key_id) if len(held) else np.zeros(0, np.int64)
        rows = self.rows(place[found])
        broken = self.form.broken(rows)
        if broken.any():
            raise NotProbabilities(
                f"Expected probabilities in {self.folder}, received others for key_id "
                f"{key_id[found[broken.argmax()]]} in the part '{self.name}'. Delete {self.folder} and make it anew."
            )
        return found, rows

    def problems(self) -> Iterator[BadOOF]:
        """`DamagedOOF` for files that are not what was written, `KeyMismatch` for rows out of the key_ids' order."""
        try:
            seal = read_json_as(self.seal, Seal)
        except BadData as error:
            yield self._damaged(f"a count and the checksums in {self.seal.name}", str(error))
            return
        for name in self._columns:
            yield from self._problems_of(name, seal)

    def _problems_of(self, name: str, seal: Seal) -> Iterator[BadOOF]:
        try:
            array = self._map(name)
        except DamagedOOF as error:
            yield error
            return
        shape = (seal.count, *self._columns[name].shape)
        if array.shape != shape:
            yield self._damaged(f"an array of the shape {shape} in {self.file(name).name}", str(array.shape))
        elif name == "key_id" and (back := np.flatnonzero(array[1:] <= array[:-1])).size:
            yield KeyMismatch(
                f"Expected ascending key_ids in {self.file(name)}, received {array[back[0] + 1]} after "
                f"{array[back[0]]}: rows were swapped or doubled. {self.mend}"
            )
        elif (found := sha256(self.file(name))) != getattr(seal, name):
            yield self._damaged(f"SHA-256 {getattr(seal, name)} of {self.file(name).name} ({self.seal.name})", found)

    @property
    def _columns(self) -> dict[str, Column]:
        return {"key_id": KEY_ID, **self.form.columns}

    @contextmanager
    def _new(self, name: str, rows: int) -> Iterator[IO[bytes]]:
        """The file of a column, opened past its header; not mapped, as a full disk would then end the process."""
        column = self._columns[name]
        header = {"descr": npy.dtype_to_descr(column.dtype), "fortran_order": False, "shape": (rows, *column.shape)}
        with whole_file(self.file(name)) as temporary, temporary.open("wb") as file:
            npy.write_array_header_1_0(file, header)
            yield file

    def _map(self, name: str) -> NDArray[Any]:
        path = self.file(name)
        if not path.exists():
            raise self._damaged(f"the file {path.name}", "no file")
        try:
            array = map_npy(path)
        except BadData as error:
            raise self._damaged(f"a NumPy array in {path.name}", str(error)) from error
        if array.dtype != self._columns[name].dtype:
            raise self._damaged(f"{self._columns[name].dtype} in {path.name}", str(array.dtype))
        return array

    def _damaged(self, expected: str, received: str) -> DamagedOOF:
        return DamagedOOF(
            f"Expected {expected} in {self.folder}, received {received}: the part '{self.name}' is damaged. {self.mend}"
        )
