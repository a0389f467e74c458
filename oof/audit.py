"""Everything that is wrong with a store, not the first thing alone: what `doodlestack oof check` tells."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ground.errors import (
    BadOOF,
    DamagedOOF,
    DoodlestackError,
    IncompleteOOF,
    KeyMismatch,
    MissingResult,
    NotProbabilities,
)
from oof.checks import part_problems
from oof.folds import RULE, fold_of
from oof.manifest import Manifest
from oof.part import Part
from oof.rows import row_blocks

Keys = NDArray[np.int64]


def store_problems(
    folder: Path, key_id: Keys, classes: tuple[str, ...], folds: int, test_key_id: Keys
) -> Iterator[DoodlestackError]:
    """Whatever keeps the store in `folder` from being, whole, the probabilities of these drawings.

    Each problem names its file and what to do: the classes and the fold rule, missing folds, checksums, rows that
    are doubled, swapped, in another's fold, missing or of other drawings, values that are no probabilities, files
    that belong to no fold. A store without any test probabilities is whole, as that of a model trained elsewhere
    may be. Nothing is loaded but key_ids and a block of rows at a time.
    """
    try:
        manifest = Manifest.read(folder / "manifest.json")
    except (BadOOF, MissingResult) as error:
        yield error
        return
    yield from manifest.problems(classes, folds, folder)
    if manifest.rule == RULE:  # by another rule, whose rows are whose cannot be told
        yield from _fold_problems(folder, manifest, key_id)
        yield from _test_problems(folder, manifest, test_key_id)
        yield from _strays(folder, manifest.folds)


def _fold_problems(folder: Path, manifest: Manifest, key_id: Keys) -> Iterator[BadOOF]:
    readable, own = [], fold_of(key_id, manifest.folds)
    for fold in range(manifest.folds):
        part = Part(folder, f"fold_{fold}", manifest.form)
        if not part.exists:
            yield _missing(part, manifest, fold)
            continue
        found = list(_problems(part, manifest, fold, key_id[own == fold]))
        yield from found
        if not any(isinstance(problem, DamagedOOF) for problem in found):
            readable.append(part)
    yield from _doubles(folder, readable)


def _test_problems(folder: Path, manifest: Manifest, key_id: Keys) -> Iterator[BadOOF]:
    mean = Part(folder, "test_mean", manifest.form)
    parts = [Part(folder, f"test_{fold}", manifest.form) for fold in range(manifest.folds)]
    if mean.exists:
        yield from _problems(mean, manifest, None, key_id)
    elif any(part.exists for part in parts):
        for fold, part in enumerate(parts):
            if part.exists:
                yield from _problems(part, manifest, None, key_id)
            else:
                yield _missing(part, manifest, fold)


def _missing(part: Part, manifest: Manifest, fold: int) -> IncompleteOOF:
    command = manifest.command(part.folder, fold)
    return IncompleteOOF(f"Expected {part.seal} and the files that it seals, received no such file. Run {command}.")


def _problems(part: Part, manifest: Manifest, fold: int | None, wanted: Keys) -> Iterator[BadOOF]:
    """What is wrong with a part that shall hold the rows `wanted`; `fold` is None for test rows."""
    damaged = False
    for problem in part_problems(part, manifest, fold):
        damaged = damaged or isinstance(problem, DamagedOOF)
        yield problem
    if not damaged:
        yield from _value_problems(part)
        yield from _coverage_problems(part, wanted)


def _value_problems(part: Part) -> Iterator[NotProbabilities]:
    key_id = part.key_id()
    broken = np.zeros(len(key_id), bool)
    for block in row_blocks(len(key_id)):
        broken[block] = part.form.broken(part.rows(block))
    if broken.any():
        yield NotProbabilities(
            f"Expected probabilities of 0 or more and of sum 1 in {part.file('probabilities')}, received "
            f"{broken.sum():,} rows that are not, first key_id {key_id[broken.argmax()]}. {part.mend}"
        )


def _coverage_problems(part: Part, wanted: Keys) -> Iterator[BadOOF]:
    """Rows of the run that the part lacks, and rows that the run has not, or not there."""
    absent, unknown = np.setdiff1d(wanted, part.key_id()), np.setdiff1d(part.key_id(), wanted)
    if len(absent):
        yield IncompleteOOF(
            f"Expected the {len(wanted):,} rows of this run in {part.file('key_id')}, received {len(absent):,} fewer: "
            f"first key_id {absent[0]} is missing. {part.mend}"
        )
    if len(unknown):
        yield KeyMismatch(
            f"Expected only this run's rows in {part.file('key_id')}, received {len(unknown):,} others too, "
            f"first key_id {unknown[0]}. {part.mend}"
        )


def _doubles(folder: Path, parts: list[Part]) -> Iterator[KeyMismatch]:
    """Rows that stand in two parts."""
    key_id = np.concatenate([np.zeros(0, np.int64), *(np.unique(part.key_id()) for part in parts)])
    different, counts = np.unique(key_id, return_counts=True)
    doubled = different[counts > 1]
    if len(doubled):
        files = " and ".join(str(part.file("key_id")) for part in parts if doubled[0] in part.key_id())
        yield KeyMismatch(
            f"Expected each key_id in one fold of {folder}, received {len(doubled):,} in several, first key_id "
            f"{doubled[0]} in {files}. Delete the seals (.json) of these parts and repeat the step that made them."
        )


def _strays(folder: Path, folds: int) -> Iterator[BadOOF]:
    """Seals of parts that the store does not have."""
    known = {"test_mean", *(f"{kind}_{fold}" for kind in ("fold", "test") for fold in range(folds))}
    for seal in sorted([*folder.glob("fold_*.json"), *folder.glob("test_*.json")]):
        if seal.stem not in known:
            yield BadOOF(f"Expected the parts of {folds} folds in {folder}, received {seal} too. Delete it.")
