"""The two forms in which a store keeps rows: all classes, or the likeliest ones and what is left for the others."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from oof.rows import not_of_sum_1, row_sums
from oof.top_rows import TopRows

HALF = np.dtype(np.float16)
Rows = dict[str, NDArray[Any]]  # n stored rows: the columns of a form by name


class Column(NamedTuple):
    """What a file of a part holds for each row."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...] = ()  # of one row; a single number by default

    @property
    def size(self) -> int:
        """Bytes a row."""
        return int(self.dtype.itemsize * np.prod(self.shape, dtype=np.int64))


class Form(Protocol):
    """How rows of probabilities are kept; reading brings them to sum 1 again."""

    @property
    def columns(self) -> dict[str, Column]: ...

    def pack(self, probabilities: NDArray[np.float32]) -> Rows:
        """Columns of rows (n, C) to keep."""

    def broken(self, rows: Rows) -> NDArray[np.bool_]:
        """(n,) whether a kept row is none of probabilities."""

    def dense(self, rows: Rows) -> NDArray[np.float32]:
        """(n, C) of kept rows that are not broken."""

    def top(self, rows: Rows, count: int) -> TopRows:
        """The `count` likeliest classes of kept rows that are not broken."""


@dataclass(frozen=True)
class Dense:
    """All probabilities in half precision: 2 C bytes a row."""

    classes: int

    @property
    def columns(self) -> dict[str, Column]:
        return {"probabilities": Column(HALF, (self.classes,))}

    def pack(self, probabilities: NDArray[np.float32]) -> Rows:
        return {"probabilities": probabilities.astype(HALF)}

    def broken(self, rows: Rows) -> NDArray[np.bool_]:
        return not_of_sum_1(row_sums(rows["probabilities"])) | _negative(rows["probabilities"])

    def dense(self, rows: Rows) -> NDArray[np.float32]:
        probabilities = rows["probabilities"].astype(np.float32)
        probabilities /= row_sums(probabilities)[:, None]
        return probabilities

    def top(self, rows: Rows, count: int) -> TopRows:
        return TopRows.of(self.dense(rows), count)


@dataclass(frozen=True)
class TopK:
    """The `keep` likeliest classes as places in the class list and halves, and the half left for the others.

    4 K + 2 bytes a row: at 340 classes and K = 32, 130 in place of 680.
    """

    classes: int
    keep: int

    @property
    def columns(self) -> dict[str, Column]:
        return {
            "classes": Column(np.dtype(np.uint16), (self.keep,)),
            "probabilities": Column(HALF, (self.keep,)),
            "rest": Column(HALF),
        }

    def pack(self, probabilities: NDArray[np.float32]) -> Rows:
        top = TopRows.of(probabilities, self.keep)
        return {"classes": top.classes, "probabilities": top.probabilities.astype(HALF), "rest": top.rest.astype(HALF)}

    def broken(self, rows: Rows) -> NDArray[np.bool_]:
        classes, kept = np.sort(rows["classes"], axis=1), rows["probabilities"]
        unknown = classes.max(axis=1, initial=0) >= self.classes
        doubled = (classes[:, 1:] == classes[:, :-1]).any(axis=1)
        disordered = ~(kept[:, 1:] <= kept[:, :-1]).all(axis=1)
        negative = _negative(kept) | _negative(rows["rest"][:, None])
        nobodys = (rows["rest"] != 0) if self.keep == self.classes else np.zeros(len(kept), bool)
        return np.asarray(not_of_sum_1(self._sums(rows)) | negative | nobodys | unknown | doubled | disordered)

    def dense(self, rows: Rows) -> NDArray[np.float32]:
        return self._all(rows).spread(self.classes)

    def top(self, rows: Rows, count: int) -> TopRows:
        return self._all(rows).first(count)

    def _all(self, rows: Rows) -> TopRows:
        sums = self._sums(rows)
        probabilities = (rows["probabilities"] / sums[:, None]).astype(np.float32)
        return TopRows(rows["classes"], probabilities, (rows["rest"] / sums).astype(np.float32))

    def _sums(self, rows: Rows) -> NDArray[np.float64]:
        return row_sums(np.column_stack([rows["probabilities"], rows["rest"]]))


def form_of(classes: int, keep: int | None) -> Form:
    """The form that keeps the `keep` likeliest of so many classes, or all of them."""
    return Dense(classes) if keep is None else TopK(classes, keep)


def _negative(values: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,) whether a row holds a negative value."""
    return np.asarray(values.min(axis=1, initial=0) < 0)
