"""What a store is of: its classes, its fold rule, its rows, its form and the settings of the model behind it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ground.errors import (
    BadData,
    BadOOF,
    BadSettings,
    ClassMismatch,
    DamagedOOF,
    FoldMismatch,
    KeyMismatch,
    MissingResult,
    RunChanged,
)
from ground.files import read_json_as, write_json_once
from ground.settings import differences
from oof.folds import RULE, fold_of
from oof.forms import Form, form_of
from oof.packages import package_versions

DENSE, TOP_K = 1, 2  # formats; raised where a store of today could not be read by yesterday's code
TEST = "test"  # the name in `key_ids` of the rows that every test part holds


@dataclass(frozen=True)
class Manifest:
    """`manifest.json` of a store."""

    classes: tuple[str, ...]  # in the order of the columns
    folds: Annotated[int, Field(ge=1, le=100)]  # there are 100 cv shards
    config: dict[str, Any]  # what the caller says of the model; JSON values
    rule: str = RULE
    format: int = DENSE
    packages: dict[str, str] = field(default_factory=package_versions)
    keep: Annotated[int, Field(ge=1)] | None = None  # classes a row, the likeliest; None: all of them
    key_ids: dict[str, str] = field(default_factory=dict)  # hash of the key_ids of `fold_0`, …, `test`, where known

    @classmethod
    def of(
        cls,
        classes: tuple[str, ...],
        folds: int,
        config: dict[str, Any],
        keep: int | None = None,
        key_id: NDArray[np.int64] | None = None,
        test_key_id: NDArray[np.int64] | None = None,
    ) -> "Manifest":
        """Of a new store, which shall hold these rows where they are given; raises `BadSettings`."""
        if keep is not None and not 1 <= keep <= len(classes):
            raise BadSettings(f"Expected to keep 1 to {len(classes)} classes a row (all there are), received {keep}.")
        key_ids = {} if test_key_id is None else {TEST: hash_of(test_key_id)}
        if key_id is not None:
            fold = fold_of(key_id, folds)
            key_ids |= {f"fold_{k}": hash_of(key_id[fold == k]) for k in range(folds)}
        form = DENSE if keep is None else TOP_K
        return cls(classes, folds, config, format=form, keep=keep, key_ids=key_ids)

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Raises `MissingResult` where there is none, `DamagedOOF` or `BadOOF` where it is damaged or of later code."""
        if not path.exists():
            raise MissingResult(
                f"Expected out-of-fold probabilities in {path.parent}, received no {path.name}. "
                f"Run `doodlestack train {path.parent.name}`, or `doodlestack oof import`, first."
            )
        try:
            manifest = read_json_as(path, cls)
        except BadData as error:
            raise DamagedOOF(
                f"Expected the manifest of a store in {path}, received something else ({error}). "
                f"Delete {path.parent} and make it anew."
            ) from error
        classes = len(manifest.classes)
        if not classes or len(set(manifest.classes)) < classes or (manifest.keep or 1) > classes:
            received = f"{classes} of which {manifest.keep or 'all'} are kept"
            raise DamagedOOF(f"Expected different classes in {path}, received {received}. Make it anew.")
        if manifest.format not in (DENSE, TOP_K):
            raise BadOOF(
                f"Expected format {DENSE} or {TOP_K} in {path}, received {manifest.format}. "
                "Use the version that wrote it."
            )
        return manifest

    def write_once(self, path: Path) -> None:
        """Write it unless one is there; of several processes at once the first one's stays."""
        write_json_once(path, asdict(self))

    @property
    def form(self) -> Form:
        """How rows are kept."""
        return form_of(len(self.classes), self.keep)

    def command(self, folder: Path, fold: int) -> str:
        """The command that makes one fold of this store, in `folder`."""
        if "imported" in self.config:
            return f"`doodlestack oof import {folder.name} FILE`"
        return f"`doodlestack train {folder.name} --fold {fold}`"

    def problems(self, classes: tuple[str, ...] | None, folds: int | None, where: Path) -> Iterator[BadOOF]:
        """`ClassMismatch` and `FoldMismatch` where the store is of other classes or another fold rule."""
        if classes is not None and classes != self.classes:
            yield ClassMismatch(
                f"Expected the classes {_differing(classes, self.classes)} in {where}, received "
                f"{_differing(self.classes, classes)}. Use the class list that it was made with, or make it anew."
            )
        if (folds is not None and folds != self.folds) or self.rule != RULE:
            yield FoldMismatch(
                f"Expected {folds or self.folds} folds by the rule `{RULE}` in {where}, received {self.folds} by "
                f"`{self.rule}`. Use as many folds as the store was made with, or make it anew."
            )

    def require(self, classes: tuple[str, ...] | None, folds: int | None, where: Path) -> None:
        """Raises the first of `problems`."""
        for problem in self.problems(classes, folds, where):
            raise problem

    def require_same(self, wanted: "Manifest", where: Path) -> None:
        """Raises where this is not a store of what is `wanted`; the versions of packages may differ.

        `ClassMismatch`, `FoldMismatch`; `RunChanged` for other settings of the model, naming those that differ, and
        for another form; `KeyMismatch` for other drawings, where both say of which they are.
        """
        self.require(wanted.classes, wanted.folds, where)
        self._require_config(wanted.config, where)
        if self.keep != wanted.keep:
            raise RunChanged(
                f"Expected {_kept(wanted.keep)} in {where}, received a store of {_kept(self.keep)}. "
                "Go back to the settings oof.form and oof.keep that it was made with, or delete it and make it anew."
            )
        other = [name for name, held in self.key_ids.items() if wanted.key_ids.get(name, held) != held]
        if other:
            raise KeyMismatch(
                f"Expected the drawings of {', '.join(other)} in {where} to be those of this run, received a store "
                "of others (the hashes of their key_ids differ). It was made from other drawings: delete it."
            )

    def _require_config(self, config: dict[str, Any], where: Path) -> None:
        wanted = json.loads(json.dumps(config))  # as it would be read back: tuples are lists
        if changed := dict(differences(wanted, self.config)):
            lines = [f"{name}: {asked!r}, received {held!r}" for name, (asked, held) in sorted(changed.items())]
            raise RunChanged(
                f"Expected the probabilities in {where} to be of the same settings. Expected " + "; ".join(lines) + ". "
                "Go back to those settings, or choose another run folder."
            )


def hash_of(key_id: NDArray[np.int64]) -> str:
    """The SHA-256 of key_ids in ascending order, 8 bytes each, the lowest first."""
    return hashlib.sha256(np.sort(key_id).astype("<i8").tobytes()).hexdigest()


def _kept(keep: int | None) -> str:
    return "all classes of a row" if keep is None else f"the {keep} likeliest classes of a row"


def _differing(classes: tuple[str, ...], others: tuple[str, ...]) -> str:
    """The class count, and the first place at which the lists part."""
    for place, name in enumerate(classes):
        if place >= len(others) or others[place] != name:
            return f"{len(classes)} in all, '{name}' at place {place}"
    return f"{len(classes)} in all"
