"""Probabilities to and from other tools: one table a file, `key_id` and a column for each class, named as the class."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from ground.arrays import read_npz
from ground.errors import BadData, BadOOF, BadSettings, ClassMismatch, IncompleteOOF, KeyMismatch
from ground.files import whole_file
from ground.packed import refuse_bomb
from oof.folds import fold_of
from oof.rows import require_probabilities
from oof.store import OOFStore

FORMATS = (".csv", ".npz", ".parquet")
MOST_COLUMNS = 32_768  # labels are 16-bit numbers; and key_id
LONGEST_HEADER = 4 << 20  # bytes
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, eq=False)
class ProbabilityTable:
    """Probabilities as they go from tool to tool: N rows by key_id, C columns by class name."""

    key_id: NDArray[np.int64]  # (N,)
    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]  # (N, C)

    def write(self, path: Path) -> None:
        """Write as .csv, .npz (`key_id`, `classes`, `probabilities`) or .parquet, by the suffix of `path`."""
        with whole_file(_known_format(path)) as temporary:
            if path.suffix == ".npz":
                classes = np.array(self.classes, dtype=str)
                np.savez(temporary, key_id=self.key_id, classes=classes, probabilities=self.probabilities)
                return
            columns = [self.key_id, *np.ascontiguousarray(self.probabilities.T)]
            table = pa.Table.from_arrays([pa.array(column) for column in columns], names=["key_id", *self.classes])
            if path.suffix == ".csv":
                pa.csv.write_csv(table, temporary)
            else:
                pa.parquet.write_table(table, temporary)

    @classmethod
    def read(cls, path: Path) -> "ProbabilityTable":
        """Read what `write` writes, from any tool; raises `BadOOF` with the file's name where it is not that."""
        try:
            return _read_npz(path) if _known_format(path).suffix == ".npz" else _read_columns(path)
        except BadData as error:
            raise BadOOF(f"{error}") from error
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise BadOOF(
                f"Expected a key_id column (whole numbers) and one column of probabilities a class in {path}, "
                f"received something else ({type(error).__name__}: {error}). Write it anew."
            ) from error

    def for_rows(self, key_id: NDArray[np.int64], classes: tuple[str, ...], source: Path) -> NDArray[np.float32]:
        """(N, C) the probabilities of exactly these rows and classes, in this order.

        Raises `ClassMismatch`, `KeyMismatch` (rows twice or unknown), `IncompleteOOF` (rows missing), naming them,
        and `NotProbabilities` where values are none.
        """
        self._require_classes(classes, source)
        different, first = np.unique(self.key_id, return_index=True)
        unknown = np.setdiff1d(different, key_id)
        if len(different) < len(self.key_id) or len(unknown):
            doubled = self.key_id[np.setdiff1d(np.arange(len(self.key_id)), first)]
            raise KeyMismatch(
                f"Expected each of {len(key_id):,} key_ids once in {source}, received {len(doubled):,} doubles "
                f"(first: {doubled[:1]}) and {len(unknown):,} unknown ones (first: {unknown[:1]}). Drop these rows."
            )
        absent = np.setdiff1d(key_id, different)
        if len(absent):
            raise IncompleteOOF(
                f"Expected {len(key_id):,} key_ids in {source}, received {len(different):,}: "
                f"{len(absent):,} are missing, first {absent[0]}. Predict every drawing of the run."
            )
        rows = first[np.searchsorted(different, key_id)]
        columns = [self.classes.index(name) for name in classes]
        probabilities = np.ascontiguousarray(self.probabilities[rows][:, columns])
        require_probabilities(key_id, probabilities, source)
        return probabilities

    def _require_classes(self, classes: tuple[str, ...], source: Path) -> None:
        missing, unknown = sorted(set(classes) - set(self.classes)), sorted(set(self.classes) - set(classes))
        if missing or unknown or len(self.classes) != len(classes):
            raise ClassMismatch(
                f"Expected {len(classes)} columns, one a class, in {source}, received {len(self.classes)}: "
                f"missing {missing[:5]}, unknown {unknown[:5]}. Name the columns as classes.json does, with spaces."
            )


def export_oof(store: OOFStore, path: Path, part: Literal["oof", "test"] = "oof") -> None:
    """Write a store's out-of-fold rows, or the test set's mean over the folds, as .csv, .npz or .parquet.

    Raises `IncompleteOOF` where a fold is missing.
    """
    if part == "test":
        key_id = store.test_key_id()
        probabilities = store.read_test(key_id)
    else:
        key_id = np.sort(store.key_id())
        store.check(key_id)
        probabilities = store.read(key_id)
    ProbabilityTable(key_id, store.classes, probabilities).write(path)


def import_oof(
    path: Path,
    folder: Path,
    *,
    key_id: NDArray[np.int64],
    classes: tuple[str, ...],
    folds: int,
    test_path: Path | None = None,
    test_key_id: NDArray[np.int64] | None = None,
    keep: int | None = None,
) -> OOFStore:
    """Make a store in `folder` of a model trained elsewhere; it stacks like ours.

    `path` must hold every `key_id` of the run, each predicted by a model that did not see its fold
    (`oof.folds.fold_of`): that is the one thing that no check can prove. `test_path` holds the test set's
    probabilities, mean over the folds. Columns are matched by name, so their order is free. `keep` is that of
    `OOFStore.create`. Nothing is written unless all is well. Raises `ClassMismatch`, `KeyMismatch`,
    `IncompleteOOF`, `NotProbabilities`, `BadOOF`.
    """
    probabilities = ProbabilityTable.read(path).for_rows(key_id, classes, path)
    if (test_path is None) != (test_key_id is None):
        raise BadSettings("Expected a test file and the test key_ids, or neither, received one. Give both.")
    test: NDArray[np.float32] | None = None
    if test_path is not None and test_key_id is not None:
        test = ProbabilityTable.read(test_path).for_rows(test_key_id, classes, test_path)
    config = {"imported": path.name}
    store = OOFStore.create(folder, classes, folds, config, keep=keep, key_id=key_id, test_key_id=test_key_id)
    fold = fold_of(key_id, folds)
    for k in range(folds):
        store.write_fold(k, key_id[fold == k], probabilities[fold == k])
    if test is not None and test_key_id is not None:
        store.write_test(None, test_key_id, test)
    return store


def _known_format(path: Path) -> Path:
    if path.suffix not in FORMATS:
        raise BadSettings(f"Expected a file ending in {', '.join(FORMATS)}, received {path.name}. Choose one of them.")
    return path


def _read_npz(path: Path) -> ProbabilityTable:
    content = read_npz(path)
    key_id, classes, probabilities = content["key_id"], content["classes"], content["probabilities"]
    if classes.dtype.kind != "U" or probabilities.dtype.kind not in "fiu" or key_id.dtype.kind not in "iu":
        raise ValueError(f"key_id {key_id.dtype}, classes {classes.dtype}, probabilities {probabilities.dtype}")
    if key_id.ndim != 1 or classes.ndim != 1 or probabilities.shape != (len(key_id), len(classes)):
        raise ValueError(f"key_id {key_id.shape}, classes {classes.shape}, probabilities {probabilities.shape}")
    with np.errstate(over="ignore"):  # what is infinite then is refused with the rows that it stands in
        return ProbabilityTable(_key_id(key_id), tuple(classes.tolist()), probabilities.astype(np.float32))


def _read_columns(path: Path) -> ProbabilityTable:
    table: Any = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    key_id = table["key_id"]
    if not pa.types.is_integer(key_id.type) or key_id.null_count:
        raise ValueError(f"key_id of type {key_id.type} with {key_id.null_count} empty")
    classes = tuple(name for name in table.column_names if name != "key_id")
    probabilities = np.empty((len(table), len(classes)), np.float32)
    for place, name in enumerate(classes):
        probabilities[:, place] = table[name].cast(pa.float32()).to_numpy()
    return ProbabilityTable(_key_id(key_id.to_numpy()), classes, probabilities)


def _read_csv(path: Path) -> Any:
    with path.open("rb") as file:
        _refuse_many(file.readline(LONGEST_HEADER).count(b","))  # a reader of many columns takes much memory for each
    return pa.csv.read_csv(path)


def _read_parquet(path: Path) -> Any:
    with pa.parquet.ParquetFile(path) as file:
        _refuse_many(file.metadata.num_columns)
        others = [field for field in file.schema_arrow if not _is_number(field.type)]
        if others:
            raise ValueError(f"a column '{others[0].name}' of {others[0].type}")
        refuse_bomb(path, path.stat().st_size, file.metadata.num_rows * file.metadata.num_columns * 8)
        return file.read()


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _refuse_many(columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise ValueError(f"{columns:,} columns, where {MOST_COLUMNS:,} classes are the most")


def _key_id(key_id: NDArray[Any]) -> NDArray[np.int64]:
    if len(key_id) and (key_id.min() < 0 or key_id.max() > LARGEST_KEY):
        raise ValueError(f"key_ids from {key_id.min()} to {key_id.max()}, outside of 0 to 2^63 - 1")
    return key_id.astype(np.int64)
