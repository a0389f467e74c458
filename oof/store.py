"""The store of one model's out-of-fold probabilities, aligned by key_id and by nothing else."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadOOF, BadSettings, IncompleteOOF, KeyMismatch, RunChanged
from ground.files import sha256
from oof.checks import part_problems, rows_problems
from oof.folds import fold_of
from oof.forms import Rows
from oof.manifest import Manifest
from oof.part import Part
from oof.rows import refuse_doubles, require_probabilities, row_blocks
from oof.top_rows import TopRows

Keys = NDArray[np.int64]
Floats = NDArray[np.float32]

MEND_GIVEN = "Give every fold exactly those of this run's drawings whose key_ids are in it."


class OOFStore:
    """A folder: `manifest.json`, and for each fold the probabilities of the rows that its model did not see.

    Every fold is a part of its own, so that several processes and machines can add folds at once. The test set's
    probabilities are kept a fold each as well, or once as their mean (`fold=None`). On disk they are half
    precision, of all classes or of the likeliest (`keep`); rows are brought to sum 1 again on reading. Files are
    mapped and read a block of rows at a time: beside what is asked for, no more than a block is held in memory.
    Each part is verified once against its checksums.
    """

    def __init__(self, folder: Path) -> None:
        """Raises `MissingResult`, `DamagedOOF`, or `FoldMismatch` where it is of another fold rule."""
        self.folder = folder
        self.manifest = Manifest.read(folder / "manifest.json")
        self.manifest.require(None, None, folder)
        self._verified: set[str] = set()

    @classmethod
    def create(
        cls,
        folder: Path,
        classes: tuple[str, ...],
        folds: int,
        config: dict[str, Any],
        *,
        keep: int | None = None,
        key_id: Keys | None = None,
        test_key_id: Keys | None = None,
    ) -> "OOFStore":
        """Open the store in `folder`, made now where there is none; several processes may do so at once.

        `keep` keeps the likeliest classes of a row alone, and what is left for the others as one number. With
        `key_id` and `test_key_id` the manifest says of which drawings it is, and parts of others are refused.
        Raises `ClassMismatch`, `FoldMismatch`, `KeyMismatch` or `RunChanged` where there is one of something else.
        """
        wanted = Manifest.of(tuple(classes), folds, config, keep, key_id, test_key_id)
        wanted.write_once(folder / "manifest.json")
        store = cls(folder)
        store.manifest.require_same(wanted, folder)
        return store

    @property
    def classes(self) -> tuple[str, ...]:
        return self.manifest.classes

    @property
    def folds(self) -> int:
        return self.manifest.folds

    @property
    def kept(self) -> int:
        """How many classes of a row are known each by itself: K, or all C."""
        return self.manifest.keep or len(self.classes)

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

    def write_fold(self, fold: int, key_id: Keys, probabilities: Floats) -> None:
        """Keep the probabilities (n, C) of the rows of `fold`; a class that the fold's model never saw has 0.

        Raises `FoldMismatch` for rows of another fold, `KeyMismatch` for a key_id given twice and for other rows
        than the store was made for, `NotProbabilities`, `BadOOF` for another shape, `RunChanged` where the store
        was made anew since it was opened.
        """
        self._write(self._part("fold", fold), fold, key_id, probabilities)

    def write_test(self, fold: int | None, key_id: Keys, probabilities: Floats) -> None:
        """Keep the test set's probabilities (n, C) by the model of `fold`; None where they are the mean already."""
        self._write(self._part("test", fold), None, key_id, probabilities)

    def key_id(self) -> Keys:
        """(N,) the key_ids of all folds that are there, fold after fold."""
        return np.concatenate([np.zeros(0, np.int64), *(part.key_id() for part in self._folds().values())])

    def test_key_id(self) -> Keys:
        """(n,) the test set's key_ids in ascending order; raises `IncompleteOOF` where a fold is missing."""
        return np.array(self._test_parts()[0].key_id())

    def read(self, key_id: Keys, out: Floats | None = None) -> Floats:
        """(N, C) the probabilities of these rows, in their order; NaN where not predicted; in `out` where given.

        Of a store that keeps the likeliest classes alone, the others of a row share evenly what is left for them.
        """
        read = np.empty((len(key_id), len(self.classes)), np.float32) if out is None else out
        folds = self._folds()
        for block in row_blocks(len(key_id)):
            read[block] = np.nan
            for places, rows in self._stored(folds, key_id[block]):
                read[block][places] = self.manifest.form.dense(rows)
        return read

    def read_top(self, key_id: Keys, count: int) -> TopRows:
        """The `count` likeliest classes of these rows, in their order, without an (N, C) array on the way.

        Raises `BadSettings` where the store keeps fewer.
        """
        self._require_kept(count)
        read, folds = TopRows.unknown(len(key_id), count), self._folds()
        for block in row_blocks(len(key_id)):
            for places, rows in self._stored(folds, key_id[block]):
                read.put(block.start + places, self.manifest.form.top(rows, count))
        return read

    def read_test(self, key_id: Keys, out: Floats | None = None, fold: int | None = None) -> Floats:
        """(n, C) the test set's probabilities, in this order, mean over the folds; in `out` where given.

        By the model of one `fold` where that is asked for and not only the mean is there.
        Raises `IncompleteOOF` where a fold is missing, `KeyMismatch` where a row is.
        """
        read = np.empty((len(key_id), len(self.classes)), np.float32) if out is None else out
        for block, mean in self._test_means(key_id, fold):
            read[block] = mean
        return read

    def read_test_top(self, key_id: Keys, count: int) -> TopRows:
        """The `count` likeliest classes of the test set's rows by their mean over the folds, as `read_top`."""
        self._require_kept(count)
        read = TopRows.unknown(len(key_id), count)
        for block, mean in self._test_means(key_id):
            read.put(np.arange(block.start, block.stop), TopRows.of(mean, count))
        return read

    def check(self, key_id: Keys, classes: tuple[str, ...] | None = None, folds: int | None = None) -> None:
        """Raises where this is not, whole and undamaged, the probabilities of exactly these rows.

        `ClassMismatch`, `FoldMismatch`: of something else; `IncompleteOOF`: folds or rows missing, with the
        command that makes them; `KeyMismatch`: rows that are not wanted, doubled or swapped; `DamagedOOF`.
        """
        self.manifest.require(classes, folds, self.folder)
        refuse_doubles(key_id, "the rows asked for")
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
        return Part(self.folder, f"{kind}_{'mean' if fold is None else fold}", self.manifest.form)

    def _write(self, part: Part, fold: int | None, key_id: Keys, probabilities: Floats) -> None:
        expected = (len(key_id), len(self.classes))
        if probabilities.shape != expected:
            raise BadOOF(f"Expected {expected} probabilities for {self.folder}, received {probabilities.shape}.")
        require_probabilities(key_id, probabilities, self.folder)
        for problem in rows_problems(key_id, self.manifest, fold, f"what {self.folder} is given", MEND_GIVEN):
            raise problem
        if Manifest.read(self.folder / "manifest.json") != self.manifest:
            raise RunChanged(
                f"Expected {self.folder} as it was opened, received another manifest.json: it was deleted and made "
                "anew meanwhile. Nothing was written; run the command again."
            )
        part.write(key_id, probabilities)
        self._verified.discard(part.name)

    def _opened(self, part: Part, fold: int | None) -> Part:
        if part.name not in self._verified:
            for problem in part_problems(part, self.manifest, fold):
                raise problem
            self._verified.add(part.name)
        return part

    def _folds(self) -> dict[int, Part]:
        """The folds that are there."""
        return {k: self._opened(self._part("fold", k), k) for k in range(self.folds) if self.has_fold(k)}

    def _test_parts(self, fold: int | None = None) -> list[Part]:
        self._refuse_missing(self.missing_test, "test probabilities of folds", "")
        each = range(self.folds) if fold is None else [fold]
        folds: Sequence[int | None] = [None] if self.has_test(None) else each
        return [self._opened(self._part("test", k), None) for k in folds]

    def _stored(self, folds: dict[int, Part], key_id: Keys) -> Iterator[tuple[NDArray[np.int64], Rows]]:
        """Fold by fold, the places in `key_id` of rows that are there, and these rows."""
        fold = fold_of(key_id, self.folds)
        for k, part in folds.items():
            places = np.flatnonzero(fold == k)
            found, rows = part.find(key_id[places])
            yield places[found], rows

    def _test_means(self, key_id: Keys, fold: int | None = None) -> Iterator[tuple[slice, Floats]]:
        """Blocks of rows, each with its mean over the folds (n, C)."""
        parts = self._test_parts(fold)
        for block in row_blocks(len(key_id)):
            mean = np.zeros((block.stop - block.start, len(self.classes)), np.float32)
            for part in parts:
                found, rows = part.find(key_id[block])
                if len(found) < len(mean):
                    missing = np.setdiff1d(key_id, part.key_id())
                    raise KeyMismatch(
                        f"Expected all {len(key_id):,} test rows in {self.folder}, received "
                        f"{len(key_id) - len(missing):,} in the part '{part.name}': key_id {missing[0]} is missing. "
                        "Predict the test file of this run again."
                    )
                mean += self.manifest.form.dense(rows) / len(parts)
            yield block, mean

    def _require_kept(self, count: int) -> None:
        if count > self.kept:
            raise BadSettings(
                f"Expected at most the {self.kept} classes a row that {self.folder} keeps, received {count}. "
                f"Ask for {self.kept} (stack.candidates), or make the store anew with more (oof.keep)."
            )

    def _refuse_missing(self, folds: list[int], what: str, rows: str) -> None:
        if folds:
            commands = dict.fromkeys(self.manifest.command(self.folder, fold) for fold in folds)
            raise IncompleteOOF(
                f"Expected {self.folds} {what} in {self.folder} (its manifest), received fewer:{rows} "
                f"{'fold' if len(folds) == 1 else 'folds'} {', '.join(map(str, folds))} missing. "
                f"Run {', '.join(commands)}."
            )
