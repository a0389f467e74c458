"""Finished submissions, or the probabilities behind them, blended into one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadSettings, BadSubmission
from oof.exchange import ProbabilityTable
from stacking.submissions import LABELS, Submission, read_submission

VOTES = (1.0, 1 / 2, 1 / 3)  # what a place is worth: its average precision


def blend_submissions(paths: Sequence[Path], weights: Sequence[float] | None = None) -> Submission:
    """The three labels of most votes of each row, in the rows' order of the first file.

    A label gets 1, 1/2 or 1/3 vote by its place in a file, times the file's weight (1 each by default); of
    equal ones, the file named first decides. Raises `BadSubmission` where the files are not of the same rows.
    """
    shares = _shares(paths, weights)
    files = [read_submission(path) for path in paths]
    key_id = files[0].key_id
    for path, file in zip(paths, files, strict=True):
        _require_same(path, paths[0], "key_ids", set(file.key_id.tolist()), set(key_id.tolist()))
    words = np.hstack([file.words[_places(file.key_id, key_id)] for file in files])  # (N, files * 3)
    labels, number = np.unique(words.astype(str), return_inverse=True)
    best = _most_voted(number.reshape(words.shape), np.outer(shares, VOTES).ravel(), len(labels))
    return Submission(key_id, labels.astype(object)[best])


def blend_probabilities(paths: Sequence[Path], weights: Sequence[float] | None = None) -> ProbabilityTable:
    """The weighted mean of probability files (.npz, .csv, .parquet), rows and classes in the first one's order.

    Raises `BadSubmission` where the files are not of the same rows and classes.
    """
    shares = _shares(paths, weights)
    first = ProbabilityTable.read(paths[0])
    total = np.zeros(first.probabilities.shape, np.float32)
    for path, share in zip(paths, shares, strict=True):
        table = ProbabilityTable.read(path)
        _require_same(path, paths[0], "key_ids", set(table.key_id.tolist()), set(first.key_id.tolist()))
        _require_same(path, paths[0], "classes", set(table.classes), set(first.classes))
        total += np.float32(share) * table.for_rows(first.key_id, first.classes, path)
    return ProbabilityTable(first.key_id, first.classes, total)


def _most_voted(number: NDArray[np.int64], votes: NDArray[np.float64], labels: int) -> NDArray[np.int64]:
    """(N, 3) the labels of most votes from each row's labels (N, V) and the votes (V,) of a place."""
    rows = len(number)
    ballot = (np.arange(rows)[:, None] * labels + number).ravel()
    label, first, group = np.unique(ballot, return_index=True, return_inverse=True)
    total = np.bincount(group, weights=np.tile(votes, rows)).round(9)  # 1/2 + 1/3 is 1/3 + 1/2
    order = np.lexsort((first, -total, label // labels))
    ranked = label[order]
    starts = np.searchsorted(ranked // labels, np.arange(rows))
    return ranked[starts[:, None] + np.arange(LABELS)] % labels  # type: ignore[no-any-return]


def _places(key_id: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.argsort(key_id)
    return order[np.searchsorted(key_id[order], wanted)]


def _shares(paths: Sequence[Path], weights: Sequence[float] | None) -> NDArray[np.float64]:
    given = np.ones(len(paths)) if weights is None else np.asarray(weights, float)
    if len(given) != len(paths) or len(paths) == 0 or not (given >= 0).all() or given.sum() == 0:
        raise BadSettings(f"Expected a weight of 0 or more for each of {len(paths)} files, received {given.tolist()}.")
    return given / given.sum()  # type: ignore[no-any-return]


def _require_same(path: Path, first: Path, what: str, received: set[object], expected: set[object]) -> None:
    if received != expected:
        raise BadSubmission(
            f"Expected the {len(expected):,} {what} of {first} in {path}, received {len(received):,}, "
            f"{len(expected - received):,} of them missing. Blend files of one test set and one class list."
        )
