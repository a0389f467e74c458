"""A whole competition of doodles on disk, in the layout of Kaggle's files."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.doodles.collecting import WORDS, Collected, collect, distinct_key_ids, in_batches
from features.formats.reduction import reduce_raw
from ground.errors import BadSettings
from ground.files import whole_folder

BATCH = 1_000  # drawings at a time: about 200,000 raw points
COLUMNS = ("countrycode", "drawing", "key_id", "recognized", "timestamp", "word")
TEST_COLUMNS = ("key_id", "countrycode", "drawing")


@dataclass(frozen=True)
class Doodle:
    """One drawing, ready to be written."""

    key_id: int
    country: str
    recognized: bool
    timestamp: str
    word: str
    simplified: str  # JSON, `[[[x…], [y…]], …]`, 0 to 255
    raw: str  # JSON, `[[[x…], [y…], [t…]], …]`, pixels and milliseconds; empty where it is not given out

    def row(self, drawing: str) -> tuple[Any, ...]:
        """A line of a training file."""
        return self.country, drawing, self.key_id, self.recognized, self.timestamp, self.word


def write_doodles(
    folder: Path, drawings_per_class: int = 200, test_per_class: int = 50, seed: int = 1, raw_share: float = 0.5
) -> None:
    """Draw a training set and a test set of every class in the catalogue; the same seed gives the same files.

    `folder` appears whole, an earlier one is replaced: train_simplified/ and train_raw/ (a CSV a class; raw
    strokes with time are given for `raw_share` of the drawings), test_simplified.csv, test_raw.csv,
    sample_submission.csv, and test_labels.tsv, which no step reads: it is there to score a submission.
    Raises `BadSettings` for counts below 1 or a share outside 0 to 1.
    """
    if min(drawings_per_class, test_per_class) < 1 or not 0 <= raw_share <= 1:
        received = f"{drawings_per_class}, {test_per_class} and {raw_share}"
        raise BadSettings(
            f"Expected 1 or more drawings a class, 1 or more to test, a share of 0 to 1; received {received}."
        )
    per_class = drawings_per_class + test_per_class
    key_id = distinct_key_ids(per_class * len(WORDS), np.random.default_rng(seed)).reshape(len(WORDS), per_class)
    test: list[Doodle] = []
    with whole_folder(folder) as temporary:
        for number, word in enumerate(WORDS):
            rng = np.random.default_rng((seed, number))
            train = _doodles(word, key_id[number, :drawings_per_class], raw_share, rng)
            _write_training(temporary, word, train)
            test += _doodles(word, key_id[number, drawings_per_class:], raw_share, rng)
        _write_test(temporary, sorted(test, key=lambda doodle: doodle.key_id % 10**7))  # in no telling order


def _doodles(word: str, key_id: NDArray[np.int64], raw_share: float, rng: np.random.Generator) -> Iterator[Doodle]:
    for batch in in_batches(key_id, BATCH):
        collected = collect(word, batch, rng)
        yield from _finished(collected, rng.random(len(batch)) < raw_share)


def _finished(collected: Collected, with_raw: NDArray[np.bool_]) -> Iterator[Doodle]:
    raw = collected.recording
    x, y, time = (axis.astype(np.float64) for axis in (*raw.points.T, raw.time))
    reduced = reduce_raw(x, y, time, raw.stroke_starts, raw.drawing_starts, np.ones(len(with_raw), bool))
    everything = np.ones(len(with_raw), bool)
    simplified = _json(reduced.points.T.tolist(), reduced.stroke_starts, reduced.drawing_starts, everything)
    timed = _json([*raw.points.T.tolist(), raw.time.tolist()], raw.stroke_starts, raw.drawing_starts, with_raw)
    for number, (drawing, strokes) in enumerate(zip(simplified, timed, strict=True)):
        yield Doodle(
            key_id=int(collected.key_id[number]),
            country=str(collected.country[number]),
            recognized=bool(collected.recognized[number]),
            timestamp=str(collected.timestamp[number]).replace("T", " "),
            word=collected.word,
            simplified=drawing,
            raw=strokes,
        )


def _json(
    axes: list[list[int]],
    stroke_starts: NDArray[np.int64],
    drawing_starts: NDArray[np.int64],
    wanted: NDArray[np.bool_],
) -> Iterator[str]:
    """Each wanted drawing as the dataset writes it, its strokes' axes one after another; "" for the others."""
    cuts, firsts = stroke_starts.tolist(), drawing_starts.tolist()
    for number, want in enumerate(wanted.tolist()):
        strokes = range(firsts[number], firsts[number + 1])
        yield json.dumps([[axis[cuts[s] : cuts[s + 1]] for axis in axes] for s in strokes]) if want else ""


def _write_training(folder: Path, word: str, doodles: Iterator[Doodle]) -> None:
    simplified, raw = folder / "train_simplified" / f"{word}.csv", folder / "train_raw" / f"{word}.csv"
    simplified.parent.mkdir(exist_ok=True)
    raw.parent.mkdir(exist_ok=True)
    with simplified.open("w", newline="") as file, raw.open("w", newline="") as raw_file:
        lines, raw_lines = csv.writer(file, lineterminator="\n"), csv.writer(raw_file, lineterminator="\n")
        lines.writerow(COLUMNS)
        raw_lines.writerow(COLUMNS)
        for doodle in doodles:
            lines.writerow(doodle.row(doodle.simplified))
            if doodle.raw:
                raw_lines.writerow(doodle.row(doodle.raw))


def _write_test(folder: Path, doodles: list[Doodle]) -> None:
    example = " ".join(word.replace(" ", "_") for word in WORDS[:3])
    simplified = [(doodle.key_id, doodle.country, doodle.simplified) for doodle in doodles]
    raw = [(doodle.key_id, doodle.country, doodle.raw) for doodle in doodles if doodle.raw]
    _write(folder / "test_simplified.csv", TEST_COLUMNS, simplified)
    _write(folder / "test_raw.csv", TEST_COLUMNS, raw)
    _write(folder / "sample_submission.csv", ("key_id", "word"), [(doodle.key_id, example) for doodle in doodles])
    labels = [(doodle.key_id, doodle.word.replace(" ", "_")) for doodle in doodles]
    _write(folder / "test_labels.tsv", ("key_id", "word"), labels, delimiter="\t")


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]], delimiter: str = ",") -> None:
    with path.open("w", newline="") as file:
        lines = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows(rows)
