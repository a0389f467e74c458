"""Kaggle's submission: `key_id,word`, three different labels a row, best first, underscores for spaces."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
from numpy.typing import NDArray

from ground.errors import BadSubmission
from ground.files import whole_file
from oof.ranking import top
from stacking.columns import Floats

LABELS = 3  # a row
LONGEST_LABEL = 200  # letters; NumPy gives every label the room of the longest
LONGEST_HEADER = 1000  # bytes


@dataclass(frozen=True, eq=False)
class Submission:
    """A submission as it is in its file."""

    key_id: NDArray[np.int64]  # (N,)
    words: NDArray[np.object_]  # (N, 3) labels with underscores, best first


def label_of(name: str) -> str:
    """A class name as a submission writes it: underscores for spaces."""
    return name.replace(" ", "_")


def write_submission(path: Path, key_id: NDArray[np.int64], probabilities: Floats, classes: tuple[str, ...]) -> None:
    """Write the three likeliest classes of each row (N, C); equal ones in the order of the class list."""
    if probabilities.shape != (len(key_id), len(classes)) or len(classes) < LABELS:
        raise BadSubmission(
            f"Expected ({len(key_id)}, {len(classes)}) probabilities of {LABELS} classes or more, "
            f"received {probabilities.shape}."
        )
    unknown = np.asarray(np.isnan(probabilities).any(axis=1))
    if unknown.any():
        raise BadSubmission(
            f"Expected probabilities for every drawing, received NaN for {unknown.sum():,}, "
            f"first key_id {key_id[unknown.argmax()]}. Predict the test set first."
        )
    write_labels(path, key_id, top(np.ascontiguousarray(probabilities, np.float32), LABELS), classes)


def write_labels(path: Path, key_id: NDArray[np.int64], best: NDArray[np.int64], classes: tuple[str, ...]) -> None:
    """Write three classes a row, given by their places in the class list (N, 3), best first."""
    labels = np.array([label_of(name) for name in classes], dtype=object)
    write_words(path, Submission(key_id, labels[best]))


def write_words(path: Path, submission: Submission) -> None:
    """Write a submission, whole or not at all."""
    first, second, third = submission.words.T
    table = pa.table({"key_id": submission.key_id, "word": pa.array(first + " " + second + " " + third, pa.string())})
    options = pa.csv.WriteOptions(quoting_style="none", quoting_header="none")
    with whole_file(path) as temporary:
        pa.csv.write_csv(table, temporary, options)


def read_submission(path: Path) -> Submission:
    """Read a submission; raises `BadSubmission` with the line that Kaggle would refuse."""
    table = _read_table(path)
    split = pa.compute.split_pattern(table["word"].combine_chunks(), " ")
    lengths = pa.compute.list_value_length(split).fill_null(0).to_numpy(zero_copy_only=False)
    _refuse(path, lengths != LABELS, table, f"{LABELS} labels, one space between them")
    letters = pa.compute.utf8_length(split.flatten()).to_numpy().reshape(-1, LABELS)
    _refuse(path, (letters > LONGEST_LABEL).any(axis=1), table, f"labels of at most {LONGEST_LABEL} letters")
    nul = pa.compute.match_substring(split.flatten(), "\0").to_numpy(zero_copy_only=False).reshape(-1, LABELS)
    _refuse(path, nul.any(axis=1), table, "labels without NUL")  # which NumPy's text loses at the end of a label
    words = split.flatten().to_numpy(zero_copy_only=False).reshape(-1, LABELS)
    first, second, third = words.T
    empty = (words == "").any(axis=1)
    _refuse(path, (first == second) | (first == third) | (second == third) | empty, table, "different labels")
    key_id = table["key_id"].to_numpy()
    different, counts = np.unique(key_id, return_counts=True)
    _refuse(path, np.isin(key_id, different[counts > 1]), table, "each key_id once")
    return Submission(key_id, words)


def check_submission(
    path: Path, key_id: NDArray[np.int64], classes: tuple[str, ...], sample: Path | None = None
) -> None:
    """Raises `BadSubmission` where Kaggle would refuse `path`, or it is not for the drawings `key_id`.

    `sample` is Kaggle's sample_submission.csv, whose key_ids are the ones expected.
    """
    submission = read_submission(path)
    known = np.array([label_of(name) for name in classes], dtype=object)
    strange = ~np.isin(submission.words.astype(str), known.astype(str))
    if strange.any():
        row, place = np.argwhere(strange)[0]
        raise BadSubmission(
            f"Expected labels of the {len(classes)} classes in {path}, received "
            f"'{submission.words[row, place]}' in line {row + 2}. Write spaces as underscores."
        )
    _require_rows(path, submission.key_id, key_id, "the test file")
    if sample is not None:
        _require_rows(path, submission.key_id, _read_table(sample)["key_id"].to_numpy(), str(sample))


def _require_rows(path: Path, received: NDArray[np.int64], expected: NDArray[np.int64], source: str) -> None:
    missing, unknown = np.setdiff1d(expected, received), np.setdiff1d(received, expected)
    if len(missing) or len(unknown):
        raise BadSubmission(
            f"Expected the {len(expected):,} key_ids of {source} in {path}, received {len(received):,}: "
            f"{len(missing):,} missing (first: {missing[:1]}), {len(unknown):,} unknown (first: {unknown[:1]}). "
            "Submit for that test set."
        )


def _read_table(path: Path) -> Any:
    expected, types = (
        f"Expected a CSV with the header key_id,word in {path}",
        {"key_id": pa.int64(), "word": pa.string()},
    )
    try:
        with path.open("rb") as file:
            header = file.readline(LONGEST_HEADER)
        if header.count(b",") != 1:  # said before a reader makes room for a million columns
            raise BadSubmission(f"{expected}, received a first line {header[:80]!r}.")
        table = pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(column_types=types))
        names = table.column_names
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise BadSubmission(f"{expected}, received: {error}.") from error
    if names != ["key_id", "word"] or table["key_id"].null_count:
        raise BadSubmission(
            f"Expected the header key_id,word and a key_id in every row of {path}, received "
            f"{','.join(names)} and {table.num_rows:,} rows."
        )
    return table


def _refuse(path: Path, wrong: NDArray[np.bool_], table: Any, expected: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise BadSubmission(
            f"Expected {expected} in every row of {path}, received {wrong.sum():,} rows that are not so, first line "
            f"{row + 2}: {table['key_id'][row].as_py()},{table['word'][row].as_py()}."
        )
