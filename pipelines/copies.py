"""Equal drawings under different key_ids: how many there are, where, and what they may add to a score."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from features.copies import find_copies
from features.shards import Shards
from ground.files import whole_file
from oof.folds import fold_of
from pipelines.checks import Check
from pipelines.report.numbers import percent

TEST = -1  # the fold of a test drawing
SHOWN = 3  # sets that are named in a line
COLUMNS = ("set", "drawings", "key_id", "fold", "class", "points")


def copies_checks(shards: Shards, folds: int, file: Path | None = None) -> Iterator[Check]:
    """Copies among the training drawings, and between these and the test drawings; all of them go to the CSV `file`.

    They are counted and not refused: real sets have them, and some people draw the same line by chance.
    """
    copies = copies_table(shards, folds)
    if file is not None:
        with whole_file(file) as temporary:
            _largest_first(copies, shards).to_csv(temporary, index=False)
    yield _training_check(copies[copies["fold"] != TEST], shards, file)
    if len(shards.test()):
        yield _test_check(copies, shards)
        yield _shared_keys_check(shards)


def copies_table(shards: Shards, folds: int) -> pd.DataFrame:
    """A row a drawing that has an equal one: set, key_id, label (-1 in the test set), fold (-1 there), points."""
    test = shards.test()
    copies = find_copies(shards, test)
    in_test = copies.row >= len(shards)
    key_id, label = np.empty(len(copies.row), np.int64), np.full(len(copies.row), -1)
    key_id[in_test] = test.key_id[copies.row[in_test] - len(shards)]
    key_id[~in_test], label[~in_test] = shards.key_id[copies.row[~in_test]], shards.label[copies.row[~in_test]]
    fold = np.where(in_test, TEST, fold_of(key_id, folds))
    return pd.DataFrame({"set": copies.group, "key_id": key_id, "label": label, "fold": fold, "points": copies.points})


def _training_check(copies: pd.DataFrame, shards: Shards, file: Path | None) -> Check:
    name = "copies in training"
    copies = copies[_count(copies, "set", "key_id") > 1]
    if not len(copies):
        return Check(name, "ok", f"none: {len(shards):,} drawings, all of different strokes")
    sets, across = copies["set"].nunique(), _count(copies, "set", "fold") > 1
    known = _count(copies, ["set", "label"], "fold") > 1  # a copy of one's class in another fold
    contradicted = _count(copies, "set", "label") > 1
    share = percent(known.sum() / len(shards))
    found = (
        f"{len(copies):,} of {len(shards):,} drawings, in {sets:,} sets of equal strokes: {across.sum():,} have a copy "
        f"in another fold, {known.sum():,} ({share}) one of their own class there; {contradicted.sum():,} are of sets "
        f"of several classes. The largest: {_largest(copies, shards)}"
    )
    if not across.any():
        return Check(name, "ok", f"{found}. None reaches across folds")
    listed = f"All are in {file}." if file else "List them all by --audit-file copies.csv."
    return Check(name, "warning", found, f"Scores may be too high by at most {share} for it. {listed}")


def _test_check(copies: pd.DataFrame, shards: Shards) -> Check:
    """Test drawings that stand among the training drawings."""
    trained = copies.loc[copies["fold"] != TEST, "set"].unique()
    known = (copies["fold"] == TEST) & copies["set"].isin(trained)
    total = len(shards.test())
    if not known.any():
        return Check("copies in the test set", "ok", f"none of its {total:,} drawings is one to train on")
    found = (
        f"{known.sum():,} of {total:,} drawings ({percent(known.sum() / total)}) have the strokes of one to train on"
    )
    return Check("copies in the test set", "warning", found, "A score on them says little of other drawings.")


def _shared_keys_check(shards: Shards) -> Check:
    shared = np.intersect1d(shards.key_id, shards.test().key_id)
    if not len(shared):
        return Check("key_ids in the test set", "ok", "none of them is one to train on")
    found = f"{len(shared):,} are also ones to train on, first {shared[0]}"
    return Check("key_ids in the test set", "warning", found, "Take these drawings out of one of the two.")


def _count(table: pd.DataFrame, by: str | list[str], column: str) -> "pd.Series[int]":
    """For each row, how many different values its group has."""
    return table.groupby(by)[column].transform("nunique")


def _largest(copies: pd.DataFrame, shards: Shards) -> str:
    largest = _largest_first(copies, shards).drop_duplicates("set").head(SHOWN)
    lines = zip(largest["drawings"], largest["class"], largest["points"], strict=True)
    return ", ".join(f"{drawings:,} × {name} ({points} points)" for drawings, name, points in lines)


def _largest_first(copies: pd.DataFrame, shards: Shards) -> pd.DataFrame:
    """The sets in the columns `COLUMNS`, the largest first; of equally many drawings the one of more points."""
    names = np.array([*shards.classes, ""], dtype=object)
    table = copies.assign(drawings=_count(copies, "set", "key_id"))
    table["class"] = names[table["label"].to_numpy()]
    order = ["drawings", "points", "set", "fold", "key_id"]
    table = table.sort_values(order, ascending=[False, False, True, True, True])
    table["fold"] = table["fold"].map(lambda fold: "test" if fold == TEST else str(fold))
    return table[list(COLUMNS)]
