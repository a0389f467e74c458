"""The store of one model's out-of-fold probabilities, aligned by key_id and by nothing else."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadOOF, FoldMismatch, IncompleteOOF, KeyMismatch
from ground.files import sha256
from oof.folds import RULE, fold_of
from oof.manifest import Manifest
from oof.part import Part

SUM_TOLERANCE = 0.01  # of a row's sum from 1: half precision over hundreds of classes stays well within it


class OOFStore:
    """A folder: `manifest.json`, and for each fold the probabilities of the rows that its model did not see.

    Every fold is a part of its own, so that several processes can add folds at once. The test set's
    probabilities are kept a fold each as well, or once as their mean (`fold=None`). On disk they are half
    precision; rows are brought to sum 1 again on reading. Each part is verified once against its checksum.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = Manifest.read(folder / "manifest.json")
        self._verified: set[str] = set()

    @classmethod
    def create(cls, folder: Path, classes: tuple[str, ...], folds: int, config: dict[str, Any]) -> "OOFStore":
        """Open the store in `folder`, made now where there is none.

        Raises `ClassMismatch`, `FoldMismatch` or `RunChanged` where there is one of something else.
        """
        path = folder / "manifest.json"
        if not path.exists():
            Manifest(tuple(classes), folds, config).write(path)
        store = cls(folder)
        store.manifest.require(tuple(classes), folds, folder)
        store.manifest.require_config(config, folder)
        return store

    @property
    def classes(self) -> tuple[str, ...]:
        return self.manifest.classes

    @property
    def folds(self) -> int:
        return self.manifest.folds

    def has_fold(self, fold: int) -> bool:
        return self._part("fold", fold).exists

    def has_test(self, fold: int | None) -> bool:
        return self._part("test", fold).exists

    @property
    def missing_folds(self) -> list[int]:
        return [fold for fold in range(self.folds) if not self.has_fold(fold)]

    @property
    def missing_test(self) -> list[int]:
        """The folds whose test probabilities are missing; none where their mean is there."""
        return [] if self.has_test(None) else [fold for fold in range(self.folds) if not self.has_test(fold)]

    def fingerprint(self) -> str:
        """A SHA-256 that changes with any of the probabilities: over the checksums of the parts that are there."""
        seals = sorted(self.folder.glob("fold_*.json")) + sorted(self.folder.glob("test_*.json"))
        return hashlib.sha256("".join(f"{seal.name} {sha256(seal)} " for seal in seals).encode()).hexdigest()

    def write_fold(self, fold: int, key_id: NDArray[np.int64], probabilities: NDArray[np.float32]) -> None:
        """Keep the probabilities (n, C) of the rows of `fold`; a class that the fold's model never saw has 0.

        Raises `FoldMismatch` for rows of another fold, `KeyMismatch` for a key_id given twice, `BadOOF` for
        values that are not probabilities.
        """
        self._check_rows(key_id, probabilities)
        own = fold_of(key_id, self.folds)
        elsewhere = own != fold
        if elsewhere.any():
            place = int(elsewhere.argmax())
            raise FoldMismatch(
                f"Expected rows of fold {fold} (`{RULE}`, {self.folds} folds) for {self.folder}, received "
                f"{elsewhere.sum():,} others, first key_id {key_id[place]} of fold {own[place]}. "
                "Write every row to the fold that its key_id gives."
            )
        self._part("fold", fold).write(key_id, probabilities)

    def write_test(self, fold: int | None, key_id: NDArray[np.int64], probabilities: NDArray[np.float32]) -> None:
        """Keep the test set's probabilities (n, C) by the model of `fold`; None where they are the mean already."""
        self._check_rows(key_id, probabilities)
        self._part("test", fold).write(key_id, probabilities)

    def key_id(self) -> NDArray[np.int64]:
        """(N,) the key_ids of all folds that are there, fold after fold."""
        held = [self._open("fold", fold).key_id() for fold in range(self.folds) if self.has_fold(fold)]
        return np.concatenate([np.zeros(0, np.int64), *held])

    def test_key_id(self) -> NDArray[np.int64]:
        """(n,) the test set's key_ids in ascending order; raises `IncompleteOOF` where a fold is missing."""
        return np.array(self._test_parts()[0].key_id())

    def read(self, key_id: NDArray[np.int64]) -> NDArray[np.float32]:
        """(N, C) the probabilities of these rows, in their order; NaN where not predicted."""
        probabilities = np.full((len(key_id), len(self.classes)), np.nan, np.float32)
        fold = fold_of(key_id, self.folds)
        for k in range(self.folds):
            if self.has_fold(k):
                rows = np.flatnonzero(fold == k)
                probabilities[rows] = self._rows(self._open("fold", k), key_id[rows])
        return probabilities

    def read_test(self, key_id: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, C) the test set's probabilities, in this order, mean over the folds.

        Raises `IncompleteOOF` where a fold is missing, `KeyMismatch` where a row is.
        """
        parts = self._test_parts()
        mean = np.zeros((len(key_id), len(self.classes)), np.float32)
        for part in parts:
            mean += self._rows(part, key_id) / len(parts)
        missing = np.isnan(mean).any(axis=1)
        if missing.any():
            raise KeyMismatch(
                f"Expected all {len(key_id):,} test rows in {self.folder}, received {len(key_id) - missing.sum():,}: "
                f"key_id {key_id[missing.argmax()]} is missing. Predict the test file of this run again."
            )
        return mean

    def check(
        self, key_id: NDArray[np.int64], classes: tuple[str, ...] | None = None, folds: int | None = None
    ) -> None:
        """Raises where this is not, whole and undamaged, the probabilities of exactly these rows.

        `ClassMismatch`, `FoldMismatch`: of something else; `IncompleteOOF`: folds or rows missing, with the
        command that makes them; `KeyMismatch`: rows that are not wanted or wanted twice; `BadOOF`: damaged.
        """
        self.manifest.require(classes, folds, self.folder)
        _refuse_doubles(key_id, "the rows asked for")
        self._refuse_missing(self.missing_folds, "folds", "")
        held = self.key_id()
        absent, unknown = np.setdiff1d(key_id, held), np.setdiff1d(held, key_id)
        if len(absent):
            self._refuse_missing(
                sorted(set(fold_of(absent, self.folds).tolist())), "folds", f" {len(absent):,} rows of"
            )
        if len(unknown):
            raise KeyMismatch(
                f"Expected the {len(key_id):,} rows of this run in {self.folder}, received {len(unknown):,} others "
                f"too, first key_id {unknown[0]}. It was made from other drawings: delete it and train again."
            )

    def _part(self, kind: str, fold: int | None) -> Part:
        return Part(self.folder, f"{kind}_{'mean' if fold is None else fold}")

    def _open(self, kind: str, fold: int | None) -> Part:
        part = self._part(kind, fold)
        if part.name not in self._verified:
            part.verify(len(self.classes))
            self._verified.add(part.name)
        return part

    def _test_parts(self) -> list[Part]:
        self._refuse_missing(self.missing_test, "test probabilities of folds", "")
        return [self._open("test", fold) for fold in ([None] if self.has_test(None) else range(self.folds))]

    def _rows(self, part: Part, key_id: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, C) rows of one part by key_id, of sum 1; NaN where the part does not hold them."""
        held = part.key_id()
        place = np.minimum(np.searchsorted(held, key_id), max(len(held) - 1, 0))
        found = held[place] == key_id if len(held) else np.zeros(len(key_id), bool)
        rows = np.full((len(key_id), len(self.classes)), np.nan, np.float32)
        rows[found] = part.probabilities()[place[found]]
        sums, bad = _sums(rows)
        if (bad & found).any():
            raise BadOOF(
                f"Expected probabilities in {self.folder}, received others for key_id {key_id[(bad & found).argmax()]} "
                f"in the part '{part.name}'. Delete {self.folder} and make it anew."
            )
        rows /= sums[:, None]
        return rows

    def _check_rows(self, key_id: NDArray[np.int64], probabilities: NDArray[np.float32]) -> None:
        if probabilities.shape != (len(key_id), len(self.classes)):
            expected = (len(key_id), len(self.classes))
            raise BadOOF(f"Expected {expected} probabilities for {self.folder}, received {probabilities.shape}.")
        require_probabilities(key_id, probabilities, self.folder)

    def _refuse_missing(self, folds: list[int], what: str, rows: str) -> None:
        if folds:
            commands = ", ".join(f"`doodlestack train {self.folder.name} --fold {fold}`" for fold in folds)
            raise IncompleteOOF(
                f"Expected {self.folds} {what} in {self.folder} (its manifest), received fewer:{rows} "
                f"{'fold' if len(folds) == 1 else 'folds'} {', '.join(map(str, folds))} missing. Run {commands}."
            )


def require_probabilities(key_id: NDArray[np.int64], probabilities: NDArray[np.float32], where: Path) -> None:
    """Raises `KeyMismatch` for a key_id given twice, `BadOOF` for NaN, negative values and rows not of sum 1."""
    _refuse_doubles(key_id, f"the rows for {where}")
    sums, bad = _sums(probabilities)
    if bad.any():
        place = int(bad.argmax())
        raise BadOOF(
            f"Expected probabilities of 0 or more and of sum 1 for {where}, received {bad.sum():,} rows that "
            f"are not, first key_id {key_id[place]} of sum {sums[place]:.4g}. Give the outputs of a softmax."
        )


def _sums(probabilities: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(N,) the sum of each row, and whether it is no row of probabilities."""
    with np.errstate(invalid="ignore"):  # of infinities
        sums = probabilities.sum(axis=1, dtype=np.float64)
    return sums, ~(np.abs(sums - 1) <= SUM_TOLERANCE) | (probabilities.min(axis=1, initial=0) < 0)  # of NaN: bad


def _refuse_doubles(key_id: NDArray[np.int64], where: str) -> None:
    different, counts = np.unique(key_id, return_counts=True)
    if len(different) < len(key_id):
        raise KeyMismatch(
            f"Expected each key_id once in {where}, received {len(key_id) - len(different):,} doubles, "
            f"first key_id {different[(counts > 1).argmax()]}. Drop the repeated rows."
        )
