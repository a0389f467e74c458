"""The embedded doodles: whole, repeatable, of the real set's form and near its figures, read by the real readers."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from features.bad_rows import BadRows
from features.doodles import write_doodles
from features.doodles.catalogue import DOODLES, doodle
from features.doodles.collecting import WORDS, collect, distinct_key_ids
from features.doodles.taste import Taste
from features.drawings import Drawings, cv_of
from features.formats import read, sources
from ground.errors import BadSettings

TRAIN, TEST = 12, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doodles") / "data"
    write_doodles(folder, TRAIN, TEST, seed=3)
    return folder


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def training_rows(folder: Path, form: str) -> list[dict[str, str]]:
    return [row for path in sorted((folder / form).glob("*.csv")) for row in rows(path)]


@pytest.mark.parametrize("word", WORDS)
def test_every_recipe_draws_strokes_on_the_page_and_differs_from_person_to_person(word: str) -> None:
    drawings = [list(DOODLES[word](Taste(str(seed)))) for seed in range(40)]
    for stroke in (stroke for strokes in drawings for stroke in strokes):
        assert stroke.ndim == 2
        assert stroke.shape[1] == 2
        assert len(stroke) >= 1
        assert np.isfinite(stroke).all()
        assert -20 <= stroke.min() <= stroke.max() <= 140
    assert len({np.concatenate(strokes).tobytes() for strokes in drawings}) == 40


def test_there_are_classes_enough_with_spaces_a_hyphen_and_capitals_in_their_names() -> None:
    assert len(WORDS) >= 16
    assert {"t-shirt", "The Eiffel Tower"} <= set(WORDS)


def test_the_same_seed_gives_the_same_files_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    write_doodles(tmp_path / "again", TRAIN, TEST, seed=3)
    write_doodles(tmp_path / "other", TRAIN, TEST, seed=4)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert len(files) == 2 * len(WORDS) + 4
    for file in files:
        assert (tmp_path / "again" / file).read_bytes() == (folder / file).read_bytes()
    cat = Path("train_simplified") / "cat.csv"
    assert (tmp_path / "other" / cat).read_bytes() != (folder / cat).read_bytes()


def test_the_readers_take_every_row_and_join_nothing_that_does_not_belong(folder: Path, tmp_path: Path) -> None:
    bad_rows = BadRows(tmp_path / "bad_rows.csv")
    found = sources(folder)
    assert not any("labels" in source.name for source in found)
    by_form: dict[tuple[str, str], list[Drawings]] = {}
    for source in found:
        classes = WORDS if source.split == "train" else None
        by_form.setdefault((source.split, source.form), []).extend(read(source, bad_rows, classes))
    train, raw = Drawings.concat(by_form["train", "simplified"]), Drawings.concat(by_form["train", "raw"])
    assert bad_rows.bad == 0
    assert np.bincount(train.label).tolist() == [TRAIN] * len(WORDS)
    assert len(Drawings.concat(by_form["test", "simplified"])) == TEST * len(WORDS)
    assert 0.35 < len(raw) / len(train) < 0.65
    assert raw.has_time[np.diff(raw.drawing_starts) > 0].all()
    place = np.argsort(train.key_id)[np.searchsorted(np.sort(train.key_id), raw.key_id)]
    assert np.array_equal(train[place].points, raw.points)  # the raw strokes reduce to the simplified ones


def test_test_set_labels_and_sample_submission_are_of_the_same_drawings(folder: Path) -> None:
    test, sample = rows(folder / "test_simplified.csv"), rows(folder / "sample_submission.csv")
    labels = rows(folder / "test_labels.tsv", delimiter="\t")
    keys = [row["key_id"] for row in test]
    assert [row["key_id"] for row in sample] == keys == [row["key_id"] for row in labels]
    assert {row["word"].replace("_", " ") for row in labels} == set(WORDS)
    assert not set(keys) & {row["key_id"] for row in training_rows(folder, "train_simplified")}


def test_key_ids_have_16_digits_and_fill_all_cv_shards_evenly() -> None:
    key_id = distinct_key_ids(20_000, np.random.default_rng(0))
    assert len(np.unique(key_id)) == 20_000
    assert key_id.min() >= 10**15
    assert key_id.max() < 10**16
    assert np.bincount(cv_of(key_id), minlength=100).min() > 140


def test_drawings_lie_top_left_and_fill_255_as_the_real_ones(folder: Path) -> None:
    for row in training_rows(folder, "train_simplified"):
        strokes = json.loads(row["drawing"])
        if strokes:
            points = np.concatenate([np.transpose(stroke) for stroke in strokes])  # (P, 2)
            assert points.min(axis=0).max() <= 2  # the simplification may drop an outermost point that lies so near
            assert 253 <= points.max() <= 255


def test_strokes_points_and_times_are_near_the_real_set() -> None:
    collected = [collect(word, np.arange(60), np.random.default_rng(number)) for number, word in enumerate(WORDS)]
    strokes = np.concatenate([np.diff(each.recording.drawing_starts) for each in collected])
    assert 4.5 < strokes.mean() < 6.5  # 5.2 in the real set
    last = np.concatenate(
        [each.recording.time[each.recording.stroke_starts[each.recording.drawing_starts[1:]] - 1] for each in collected]
    )
    assert 4_000 < np.median(last) < 8_000  # milliseconds; 5,900 in the real set
    assert 0.03 < 1 - np.concatenate([each.recognized for each in collected]).mean() < 0.15  # 0.07 to 0.09


def test_some_drawings_are_empty_and_the_clock_starts_at_nought_in_the_others() -> None:
    recording = collect("sun", np.arange(4_000), np.random.default_rng(5)).recording
    filled = np.diff(recording.drawing_starts) > 0
    assert 0 < (~filled).sum() < 20
    first = recording.stroke_starts[recording.drawing_starts[:-1][filled]]
    assert (recording.time[first] == 0).all()


def test_a_word_without_a_recipe_names_the_nearest() -> None:
    with pytest.raises(BadSettings, match="received 'bannana'; did you mean 'banana'"):
        collect("bannana", np.arange(2), np.random.default_rng(0))


def test_a_class_name_is_taken_once() -> None:
    with pytest.raises(BadSettings, match="which cat has taken"):
        doodle("cat")(DOODLES["sun"])


@pytest.mark.parametrize(("train", "test", "share"), [(0, 4, 0.5), (4, 0, 0.5), (4, 4, 1.5)])
def test_senseless_counts_are_refused_before_a_file_is_written(
    tmp_path: Path, train: int, test: int, share: float
) -> None:
    with pytest.raises(BadSettings, match="Expected 1 or more drawings a class"):
        write_doodles(tmp_path / "data", train, test, raw_share=share)
    assert list(tmp_path.iterdir()) == []
