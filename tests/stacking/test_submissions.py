import re
from pathlib import Path

import numpy as np
import pytest

from ground.errors import BadSubmission
from stacking.submissions import check_submission, read_submission, write_submission

CLASSES = ("The Eiffel Tower", "alarm clock", "bee", "yoga")
KEY_ID = np.array([9_000_003_627_287_624, 9_000_010_688_666_847, 5])
PROBABILITIES = np.array([[0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25], [0.7, 0.0, 0.1, 0.2]], np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_submission(tmp_path / "stack.csv", KEY_ID, PROBABILITIES, CLASSES)
    return tmp_path / "stack.csv"


def test_three_labels_a_row_best_first_in_kaggles_form(path: Path) -> None:
    assert path.read_text() == (
        "key_id,word\n"
        "9000003627287624,yoga bee alarm_clock\n"
        "9000010688666847,The_Eiffel_Tower alarm_clock bee\n"
        "5,The_Eiffel_Tower yoga bee\n"
    )
    check_submission(path, KEY_ID[::-1], CLASSES)
    submission = read_submission(path)
    np.testing.assert_array_equal(submission.key_id, KEY_ID)
    assert submission.words[0].tolist() == ["yoga", "bee", "alarm_clock"]


def test_the_sample_says_which_drawings_are_wanted(path: Path, tmp_path: Path) -> None:
    sample = tmp_path / "sample_submission.csv"
    sample.write_text("key_id,word\n5,a b c\n9000003627287624,a b c\n9000010688666847,a b c\n")
    check_submission(path, KEY_ID, CLASSES, sample)
    sample.write_text("key_id,word\n5,a b c\n6,a b c\n")
    with pytest.raises(BadSubmission, match=r"sample_submission.csv.*1 missing \(first: \[6\]\), 2 unknown"):
        check_submission(path, KEY_ID, CLASSES, sample)


def test_missing_and_unknown_drawings_are_refused(path: Path) -> None:
    with pytest.raises(BadSubmission, match=r"1 missing \(first: \[7\]\), 0 unknown"):
        check_submission(path, np.append(KEY_ID, 7), CLASSES)
    with pytest.raises(BadSubmission, match=r"1 unknown \(first: \[5\]\)"):
        check_submission(path, KEY_ID[:2], CLASSES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("key_id,word\n5,bee yoga\n", "3 labels.*first line 2: 5,bee yoga"),
        ("key_id,word\n5,bee yoga alarm clock\n", "3 labels"),
        ("key_id,word\n5,\n", "3 labels"),
        ("key_id,word\n6,bee yoga alarm_clock\n5,bee bee yoga\n", "different labels.*line 3"),
        ("key_id,word\n5,bee yoga alarm_clock\n5,bee yoga alarm_clock\n", "each key_id once"),
        ("key_id,word\n5,bee yoga wasp\n", "'wasp' in line 2"),
        ("key_id,word\n5,bee\0 yoga alarm_clock\n", "labels without NUL"),
        ("id,word\n5,bee yoga alarm_clock\n", "header key_id,word"),
        ("key_id,word\nfive,bee yoga alarm_clock\n", "header key_id,word"),
        ("", "header key_id,word"),
    ],
)
def test_what_kaggle_would_refuse_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    with pytest.raises(BadSubmission, match=message):
        check_submission(path, np.array([5]), CLASSES)


def test_probabilities_that_cannot_be_submitted_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "stack.csv"
    with pytest.raises(BadSubmission, match="3 classes or more"):
        write_submission(path, KEY_ID, PROBABILITIES[:, :2], CLASSES[:2])
    with pytest.raises(BadSubmission, match=r"\(3, 4\) probabilities"):
        write_submission(path, KEY_ID, PROBABILITIES[:2], CLASSES)
    missing = PROBABILITIES.copy()
    missing[1] = np.nan
    with pytest.raises(BadSubmission, match=f"first key_id {KEY_ID[1]}"):
        write_submission(path, KEY_ID, missing, CLASSES)
    assert not path.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"key_id,word" + b",x" * 500_000 + b"\n5,a b c\n", "header key_id,word.*a first line"),
        (b"key_id,w\xdfrd\n5,a b c\n", "header key_id,word"),
        (b"key_id,word\n5,a b " + b"c" * 201 + b"\n", "at most 200 letters"),
        (b"key_id,word\n5," + b"x" * 900_000 + b"\n", "3 labels.*more\\)"),
    ],
    ids=["columns", "letters", "a label", "a line"],
)
def test_what_no_submission_holds_is_refused_in_a_few_words(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(BadSubmission, match=rf"bad\.csv.*|{message}") as refused:
        read_submission(tmp_path / "bad.csv")
    assert re.search(message, str(refused.value))
    assert len(str(refused.value)) < 4000
