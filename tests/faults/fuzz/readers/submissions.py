"""Submissions: read, checked as Kaggle would, blended, and taken as the sample that others are checked against."""

from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from stacking.submission_blends import blend_submissions
from stacking.submissions import check_submission, label_of, read_submission, write_submission
from tests.faults.fuzz.mutations import TEXT_NUMBERS
from tests.faults.fuzz.reader import Crafted, Files, Outcome, Reader
from tests.faults.fuzz.structures import LETTERS, encoded

CLASSES = ("The Eiffel Tower", "alarm clock", "bee", "cat")
KEY_ID = 9_000_000_000_000_000 + np.arange(80, dtype=np.int64)
LABELS = [label_of(name) for name in CLASSES]
VALUES = st.sampled_from(LABELS) | st.sampled_from(TEXT_NUMBERS) | LETTERS
KEYS = st.sampled_from(KEY_ID.tolist()).map(str) | VALUES


def read_any(folder: Path, name: str) -> Outcome:
    path, whole = folder / name, folder / "whole" / "whole.csv"
    held = read_submission(path)
    assert held.words.shape == (len(held.key_id), 3)
    assert len(set(held.key_id.tolist())) == len(held.key_id)
    assert all(len({*row}) == 3 and all(row) for row in held.words.tolist())
    blended = blend_submissions([whole, path])
    assert sorted(blended.key_id.tolist()) == KEY_ID.tolist()
    check_submission(path, KEY_ID, CLASSES)
    assert sorted(held.key_id.tolist()) == KEY_ID.tolist()
    assert {*held.words.ravel().tolist()} <= {*LABELS}
    return Outcome(len(held.key_id))


def read_sample(folder: Path, name: str) -> Outcome:
    whole = folder / "whole" / "whole.csv"
    check_submission(whole, KEY_ID, CLASSES, sample=folder / name)
    return Outcome(len(KEY_ID))


def _submissions(folder: Path) -> tuple[str, ...]:
    (folder / "whole").mkdir()
    for seed, name in enumerate(("one.csv", "other.csv", "whole/whole.csv")):
        write_submission(folder / name, KEY_ID, np.random.default_rng(seed).random((80, 4)).astype("f4"), CLASSES)
    return "one.csv", "other.csv"


def _harmful(whole: Files) -> Crafted:
    header, row, *rows = whole["one.csv"].splitlines(keepends=True)
    key, others = row.partition(b",")[0] + b",", b"".join(rows)
    yield "a label of 900 KB", {"x.csv": header + key + b"x" * 900_000 + b" b c\n" + others}
    yield "a line of 9 MB", {"x.csv": header + key + b"x" * 9_000_000 + b" b c\n" + others}
    yield "half a million columns", {"x.csv": b"key_id,word" + b",x" * 500_000 + b"\n" + row}
    yield "a million rows of one key", {"x.csv": header + row * 1_000_000}


_rows = st.lists(st.tuples(KEYS, st.lists(VALUES, max_size=4).map(" ".join)).map(",".join), max_size=8)
_built = _rows.map(lambda rows: {"x.csv": encoded(["key_id,word", *rows])})

READERS = (
    Reader("submission", _submissions, read_any, _harmful, _built, weight=2),
    Reader("sample submission", _submissions, read_sample, _harmful, _built, weight=0.5),
)
