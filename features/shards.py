"""The 100 cv shards and the test drawings, mapped into memory: any drawing is at hand, none is read in advance."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from features.arrow_files import MEND, SCHEMA, ArrowDrawings, open_batches, record_batch
from features.checksums import require_as_written
from features.classes import read_classes
from features.drawings import CV_SHARDS, Drawings
from features.joined_drawings import JoinedDrawings, MoreDrawings
from features.shuffle_plan import REPORT, Report
from ground.errors import BadData, MissingResult
from ground.files import read_json_as, whole_file, write_json

CLASSES, TEST, HOLDOUT = "classes.json", "test.arrow", "holdout.json"


@dataclass(frozen=True)
class Holdout:
    """`holdout.json`: the last so many cv shards are set aside, so that no training and no choice can meet them."""

    cv_shards: Annotated[int, Field(ge=0, lt=CV_SHARDS)]

    @classmethod
    def of(cls, folder: Path) -> "Holdout":
        """What is set aside in the shards of `folder`; raises `BadData` where the file is damaged."""
        path = folder / HOLDOUT
        return read_json_as(path, cls) if path.exists() else cls(0)

    def write(self, folder: Path) -> None:
        """Set them aside for whoever opens the shards from now on."""
        write_json(folder / HOLDOUT, asdict(self))


class Shards:
    """All training drawings of a shuffle, numbered 0 to N - 1 through `cv_00.arrow` to `cv_99.arrow`.

    Shards at the end that are set aside (`Holdout`) are left out; `holdout` has their drawings. May be pickled (it
    opens its folder again) and used by several threads at once.
    """

    def __init__(
        self, folder: Path, classes: tuple[str, ...], drawings: "ArrowDrawings | ChosenDrawings | JoinedDrawings"
    ) -> None:
        self.folder, self.classes, self._drawings = folder, classes, drawings

    @classmethod
    def open(cls, folder: Path) -> "Shards":
        """Map the shards; raises `MissingResult` where one is not there, `BadData` where one is damaged."""
        paths = [folder / CLASSES, *(shard_path(folder, cv) for cv in range(CV_SHARDS)), folder / TEST]
        missing = [path.name for path in paths if not path.exists()]
        if missing:
            raise MissingResult(
                f"Expected {CLASSES}, {CV_SHARDS} shards and {TEST} in {folder}, received "
                f"{len(paths) - len(missing)} of these {len(paths)} files: {missing[0]} is missing. "
                f"Run `doodlestack shuffle` first."
            )
        classes = read_classes(paths[0])
        if (folder / REPORT).exists():
            report = read_json_as(folder / REPORT, Report)
            if report.plan.classes != classes:
                raise BadData(f"Expected in {paths[0]} the classes of {REPORT}, received others. {MEND}")
            if report.sha256 and report.sha256.keys() != (arrow := {path.name for path in paths[1:]}):
                other = min(report.sha256.keys() ^ arrow)
                raise BadData(f"Expected in {folder / REPORT} a checksum of each shard, {other} is wrong. {MEND}")
            require_as_written(folder, report.sha256, MEND)
        kept = range(CV_SHARDS - Holdout.of(folder).cv_shards)
        return cls(folder, classes, _opened(folder, kept, classes))

    def without(self, rows: NDArray[np.int64]) -> "Shards":
        """The same less the drawings of these rows; the others are numbered anew. Cannot be pickled."""
        return Shards(self.folder, self.classes, ChosenDrawings(self._drawings, np.delete(np.arange(len(self)), rows)))

    def joined(self, others: MoreDrawings) -> "Shards":
        """The same and, numbered on after them, others. Cannot be pickled."""
        return Shards(self.folder, self.classes, JoinedDrawings(self._drawings, others))

    def __reduce__(self) -> tuple[object, ...]:
        if not isinstance(self._drawings, ArrowDrawings):
            raise TypeError("Expected just the drawings of the shards to be pickled, received some of them, or others.")
        return Shards.open, (self.folder,)

    def __len__(self) -> int:
        return len(self._drawings)

    def __repr__(self) -> str:
        return f"Shards({str(self.folder)!r}: {len(self):,} drawings of {len(self.classes)} classes)"

    @property
    def key_id(self) -> NDArray[np.int64]:
        """(N,)"""
        return self._drawings.key_id

    @property
    def label(self) -> NDArray[np.int16]:
        """(N,) place in `classes`."""
        return self._drawings.label

    @property
    def has_time(self) -> NDArray[np.bool_]:
        """(N,) whether the times of a drawing's points are known."""
        return self._drawings.has_time

    @property
    def recognized(self) -> NDArray[np.int8]:
        """(N,) whether the game recognised a drawing: 1, 0, or -1 where that is unknown."""
        return self._drawings.recognized

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order; raises IndexError past the last, `BadData` at damaged ones."""
        return self._drawings.take(rows)

    def test(self) -> Drawings:
        """The test drawings in the order of their file; none where the data had no test file."""
        return self._test

    def holdout(self) -> ArrowDrawings:
        """The drawings that are set aside, with their labels; none where no shard is."""
        return self._holdout

    @cached_property
    def _holdout(self) -> ArrowDrawings:
        aside = range(CV_SHARDS - Holdout.of(self.folder).cv_shards, CV_SHARDS)
        return _opened(self.folder, aside, self.classes)

    @cached_property
    def _test(self) -> Drawings:
        return read_drawings(self.folder / TEST)


@dataclass(frozen=True, eq=False)
class ChosenDrawings:
    """Some of the drawings of shards, numbered from 0."""

    drawings: "ArrowDrawings | ChosenDrawings | JoinedDrawings | Shards"
    rows: NDArray[np.int64]  # (n,) of `drawings`

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def key_id(self) -> NDArray[np.int64]:
        """(n,)"""
        return self.drawings.key_id[self.rows]

    @cached_property
    def label(self) -> NDArray[np.int16]:
        """(n,) place in the class list."""
        return self.drawings.label[self.rows]

    @cached_property
    def has_time(self) -> NDArray[np.bool_]:
        """(n,) whether the times of a drawing's points are known."""
        return self.drawings.has_time[self.rows]

    @cached_property
    def recognized(self) -> NDArray[np.int8]:
        """(n,) whether the game recognised a drawing: 1, 0, or -1 where that is unknown."""
        return self.drawings.recognized[self.rows]

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order; raises IndexError past the last, `BadData` at damaged ones."""
        return self.drawings.take(self.rows[rows])


def _opened(folder: Path, cvs: range, classes: tuple[str, ...]) -> ArrowDrawings:
    opened = [(batch, str(path)) for path in (shard_path(folder, cv) for cv in cvs) for batch in open_batches(path)]
    batches, names = [batch for batch, _ in opened], [name for _, name in opened]
    return ArrowDrawings(batches, names, labels=range(len(classes)))


def shard_path(folder: Path, cv: int) -> Path:
    """The file of one cv shard."""
    return folder / f"cv_{cv:02}.arrow"


def open_drawings(path: Path) -> ArrowDrawings:
    """The drawings of one Arrow file, mapped; raises `BadData` when it is damaged."""
    batches = open_batches(path)
    return ArrowDrawings(batches, [str(path)] * len(batches))


def read_drawings(path: Path) -> Drawings:
    """All drawings of one Arrow file; raises `BadData` when it is damaged."""
    drawings = open_drawings(path)
    return drawings.take(np.arange(len(drawings)))


def write_drawings(path: Path, drawings: Drawings) -> None:
    """Write drawings as one Arrow file of one record batch, whole or not at all."""
    with whole_file(path) as temporary, pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_file(file, SCHEMA) as out:
        out.write_batch(record_batch(drawings))
