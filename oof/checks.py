"""What can be wrong with one part of a store: its files, and whose rows they are."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadOOF, DamagedOOF, FoldMismatch, KeyMismatch
from oof.folds import RULE, fold_of
from oof.manifest import TEST, Manifest, hash_of
from oof.part import Part


def part_problems(part: Part, manifest: Manifest, fold: int | None) -> Iterator[BadOOF]:
    """Everything but the values: `DamagedOOF`, `KeyMismatch`, `FoldMismatch`; `fold` is None for test rows."""
    damaged = False
    for problem in part.problems():
        damaged = damaged or isinstance(problem, DamagedOOF)
        yield problem
    if not damaged:
        yield from rows_problems(part.key_id(), manifest, fold, str(part.file("key_id")), part.mend)


def rows_problems(
    key_id: NDArray[np.int64], manifest: Manifest, fold: int | None, where: str, mend: str
) -> Iterator[BadOOF]:
    """`FoldMismatch` for rows of another fold, `KeyMismatch` for others than the store was made for."""
    own = fold_of(key_id, manifest.folds)
    elsewhere = np.flatnonzero(own != fold) if fold is not None and manifest.rule == RULE else np.zeros(0, np.int64)
    if len(elsewhere):
        yield FoldMismatch(
            f"Expected rows of fold {fold} (`{RULE}`, {manifest.folds} folds) in {where}, received "
            f"{len(elsewhere):,} others, first key_id {key_id[elsewhere[0]]} of fold {own[elsewhere[0]]}. {mend}"
        )
    name = TEST if fold is None else f"fold_{fold}"
    if name in manifest.key_ids and hash_of(key_id) != manifest.key_ids[name]:
        yield KeyMismatch(
            f"Expected in {where} the rows of {name} that the store was made for (the hash of their key_ids in "
            f"manifest.json), received {len(key_id):,} rows of another hash. {mend}"
        )
