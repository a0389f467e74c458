"""What is known of a run's drawings within seconds: counted by the shuffle or, before it, told by the files' heads."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.bad_rows import BadRows
from features.classes import in_order
from features.doodles.collecting import WORDS
from features.doodles.sampling import some_doodles
from features.drawings import CV_SHARDS, Drawings
from features.formats import Source, read, sources, words
from features.formats.heads import Head
from features.shards import Shards
from features.shuffle_plan import REPORT, Report
from ground.errors import BadData
from ground.files import read_json_as
from oof.folds import fold_of
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.shuffle import data_folder

SAMPLE = 64  # drawings that every model is tried on
LARGEST_TEST = 200 << 20  # bytes of test files that are read whole for their key_ids; Kaggle's have 60 MB


@dataclass(frozen=True)
class Known:
    """The drawings of a run."""

    where: str
    counted: bool  # by the shuffle; otherwise estimated
    drawings: int  # to train on
    test: int  # to predict
    by_class: dict[str, int]  # drawings of each class, in the order of the class list
    has_all_classes: bool
    by_fold: NDArray[np.int64]  # (folds,) drawings, of those that were looked at
    sample: Drawings
    test_key_id: NDArray[np.int64] | None = None  # None where they were not read
    bad_rows: int = 0  # among the rows that were looked at
    rows: int = 0  # that were looked at


def known_drawings(run: RunFolder, settings: RunSettings) -> Known:
    """From the shards, from the data's files or, without any, of the embedded doodles.

    Raises `MissingResult` or `BadData` where there are none or they cannot be read.
    """
    if (run.shards / REPORT).exists():
        return _of_shards(run.shards, settings.folds)
    data = data_folder(run, settings)
    return _of_files(data, settings.folds) if settings.data or data.exists() else _of_doodles(settings)


def _of_shards(folder: Path, folds: int) -> Known:
    report, shards = read_json_as(folder / REPORT, Report), Shards.open(folder)
    test = shards.test().key_id
    return Known(
        where=str(folder),
        counted=True,
        drawings=report.drawings,
        test=len(test),
        by_class=report.classes,
        has_all_classes=True,
        by_fold=np.bincount(np.arange(CV_SHARDS) % folds, report.shards, folds).astype(np.int64),
        sample=shards.take(_spread(len(shards))),
        test_key_id=test,
        bad_rows=report.bad_rows,
        rows=report.rows,
    )


def _of_files(data: Path, folds: int) -> Known:
    found = sources(data)
    heads = [Head.of_file(source) for source in found if source.split == "train"]
    if not heads:
        raise BadData(f"Expected training drawings in {data}, received test files only: {found[0].name}.")
    classes = in_order(word for head in heads for word in words(head))
    with tempfile.TemporaryDirectory() as folder:
        bad_rows = BadRows(Path(folder) / "bad_rows.csv", share=1)
        looked_at = [head.drawings(bad_rows, classes) for head in heads]
        bad, rows = bad_rows.bad, bad_rows.rows
        test, test_key_id = _test(found, bad_rows)
    together = Drawings.concat(looked_at)
    if not len(together):
        raise BadData(f"Expected training drawings in {data}, received files without any, such as {found[0].name}.")
    by_class = _by_class(heads, looked_at, classes)
    return Known(
        where=str(data),
        counted=False,
        drawings=sum(by_class.values()),
        test=test,
        by_class=by_class,
        has_all_classes=all(head.has_all_classes for head in heads),
        by_fold=np.bincount(fold_of(np.unique(together.key_id), folds), minlength=folds),
        sample=together[_spread(len(together))],
        test_key_id=test_key_id,
        bad_rows=bad,
        rows=rows,
    )


def _of_doodles(settings: RunSettings) -> Known:
    a_class = settings.doodles.drawings_per_class
    return Known(
        where="the embedded doodles, not drawn yet",
        counted=False,
        drawings=a_class * len(WORDS),
        test=settings.doodles.test_per_class * len(WORDS),
        by_class=dict.fromkeys(WORDS, a_class),
        has_all_classes=True,
        by_fold=np.full(settings.folds, a_class * len(WORDS) // settings.folds),
        sample=some_doodles(WORDS, -(-SAMPLE // len(WORDS)), settings.seed),
    )


def _by_class(heads: Sequence[Head], looked_at: Sequence[Drawings], classes: Sequence[str]) -> dict[str, int]:
    """About how many drawings of each class there are. One known raw and simplified is one: the larger count holds."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for head, drawings in zip(heads, looked_at, strict=True):
        of_labels = np.bincount(drawings.label, minlength=len(classes))
        for label in np.flatnonzero(of_labels).tolist():
            counts[head.form == "raw"][classes[label]] += head.in_file(int(of_labels[label]))
    return {name: max(counts[True][name], counts[False][name]) for name in classes}


def _test(found: Sequence[Source], bad_rows: BadRows) -> tuple[int, NDArray[np.int64] | None]:
    """How many test drawings there are, simplified or else raw, and their key_ids unless the files are large."""
    test = [source for source in found if source.split == "test"]
    chosen = [source for source in test if source.form != "raw"] or test
    if sum(source.size for source in chosen) > LARGEST_TEST:
        heads = [Head.of_file(source) for source in chosen]
        return sum(head.in_file(len(head.drawings(bad_rows))) for head in heads), None
    whole = [drawings.key_id for source in chosen for drawings in read(source, bad_rows, keep_unreadable=True)]
    key_id = np.unique(np.concatenate([np.zeros(0, np.int64), *whole]))
    return len(key_id), key_id


def _spread(count: int) -> NDArray[np.int64]:
    """Up to `SAMPLE` rows from all over `count`."""
    return np.unique(np.linspace(0, count, SAMPLE, endpoint=False, dtype=np.int64))[:count]
