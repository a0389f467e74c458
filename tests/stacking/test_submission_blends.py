from pathlib import Path

import numpy as np
import pytest

from ground.errors import BadSettings, BadSubmission
from oof.exchange import ProbabilityTable
from stacking.submission_blends import blend_probabilities, blend_submissions
from stacking.submissions import read_submission, write_words


def submission(path: Path, *lines: str) -> Path:
    path.write_text("key_id,word\n" + "\n".join(lines) + "\n")
    return path


def test_a_label_gets_votes_by_place_and_weight(tmp_path: Path) -> None:
    a = submission(tmp_path / "a.csv", "1,ant bee cat", "2,ant bee cat")
    b = submission(tmp_path / "b.csv", "2,dog cat ant", "1,cat bee ant")
    blend = blend_submissions([a, b])
    assert blend.key_id.tolist() == [1, 2]
    # Row 1: ant 1 + 1/3, bee 1/2 + 1/2, cat 1/3 + 1; the first file puts ant before cat.
    assert blend.words[0].tolist() == ["ant", "cat", "bee"]
    # Row 2: ant 1 + 1/3, dog 1, cat 1/3 + 1/2, bee 1/2.
    assert blend.words[1].tolist() == ["ant", "dog", "cat"]
    assert blend_submissions([a, b], [1, 3]).words.tolist() == [["cat", "ant", "bee"], ["dog", "ant", "cat"]]


def test_a_submission_blended_with_itself_is_the_same(tmp_path: Path) -> None:
    a = submission(tmp_path / "a.csv", "9,ant bee cat", "2,yoga bee ant")
    write_words(tmp_path / "c.csv", blend_submissions([a, a, a]))
    assert (tmp_path / "c.csv").read_text() == a.read_text()
    np.testing.assert_array_equal(read_submission(tmp_path / "c.csv").key_id, [9, 2])


def test_files_of_other_drawings_are_refused(tmp_path: Path) -> None:
    a = submission(tmp_path / "a.csv", "1,ant bee cat", "2,ant bee cat")
    b = submission(tmp_path / "b.csv", "1,ant bee cat", "3,ant bee cat")
    with pytest.raises(BadSubmission, match=r"2 key_ids.*1 of them missing"):
        blend_submissions([a, b])


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, float("nan")]])
def test_weights_must_be_one_a_file_and_positive(tmp_path: Path, weights: list[float]) -> None:
    a = submission(tmp_path / "a.csv", "1,ant bee cat")
    with pytest.raises(BadSettings, match="weight of 0 or more for each of 2 files"):
        blend_submissions([a, a], weights)


def test_probability_files_are_averaged_by_key_id_and_class_name(tmp_path: Path) -> None:
    first = ProbabilityTable(np.array([1, 2]), ("ant", "bee"), np.array([[0.9, 0.1], [0.4, 0.6]], np.float32))
    second = ProbabilityTable(np.array([2, 1]), ("bee", "ant"), np.array([[1.0, 0.0], [0.5, 0.5]], np.float32))
    first.write(tmp_path / "a.npz")
    second.write(tmp_path / "b.npz")
    blend = blend_probabilities([tmp_path / "a.npz", tmp_path / "b.npz"], [1, 3])
    np.testing.assert_array_equal(blend.key_id, [1, 2])
    np.testing.assert_allclose(blend.probabilities, [[0.6, 0.4], [0.1, 0.9]], atol=1e-6)


def test_probability_files_of_other_classes_or_drawings_are_refused(tmp_path: Path) -> None:
    half = np.full((2, 2), 0.5, np.float32)
    ProbabilityTable(np.array([1, 2]), ("ant", "bee"), half).write(tmp_path / "a.npz")
    ProbabilityTable(np.array([1, 2]), ("ant", "cat"), half).write(tmp_path / "b.npz")
    ProbabilityTable(np.array([1, 3]), ("ant", "bee"), half).write(tmp_path / "c.npz")
    with pytest.raises(BadSubmission, match="2 classes"):
        blend_probabilities([tmp_path / "a.npz", tmp_path / "b.npz"])
    with pytest.raises(BadSubmission, match="2 key_ids"):
        blend_probabilities([tmp_path / "a.npz", tmp_path / "c.npz"])
