import csv
import dataclasses
import filecmp
import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from features import shuffle as shuffle_module
from features.csv_export import export_csv
from features.drawings import CV_SHARDS, Drawings
from features.formats import kaggle_csv
from features.shards import Shards
from features.shuffle import finish, shuffle, write_part, write_shard
from features.shuffle_plan import plan, read_plan
from ground.errors import BadData, BadSettings, MissingResult, RunChanged

CLASSES = ("cat", "dog", "eye")
TEST_COLUMNS = ("key_id", "countrycode", "drawing")


def drawn(count: int, label: int, seed: int) -> Drawings:
    rng = np.random.default_rng(seed)
    strokes = [
        [rng.integers(0, 256, (2, rng.integers(1, 9))).tolist() for _ in range(rng.integers(0, 5))]
        for _ in range(count)
    ]
    drawings = Drawings.from_strokes(strokes, rng.integers(10**15, 10**16, count), np.full(count, label))
    return dataclasses.replace(
        drawings, country=np.full(count, b"DE"), recognized=rng.integers(-1, 2, count, dtype=np.int8)
    )


def timed(drawings: Drawings) -> Drawings:
    """The raw form of drawings: other pixels, times."""
    return dataclasses.replace(drawings, time=np.arange(len(drawings.time), dtype=np.int32))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    for label, word in enumerate(CLASSES):
        drawings = drawn(120, label, seed=label)
        kaggle_csv.write(data / "train_simplified" / f"{word}.csv", drawings, CLASSES)
        kaggle_csv.write(data / "train_raw" / f"{word}.csv", timed(drawings[:30]), CLASSES)
    test = drawn(40, -1, seed=9)
    kaggle_csv.write(data / "test_simplified.csv", test, columns=TEST_COLUMNS)
    kaggle_csv.write(data / "test_raw.csv", timed(test[10:20]), columns=TEST_COLUMNS)
    return data


@pytest.fixture(scope="module")
def shards(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "shards"
    shuffle(data, folder, parts=3, seed=5)
    return folder


def rows_of(shards: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(shards.glob("*.arrow"))}


def test_every_drawing_is_there_once_in_its_shard_with_its_label(data: Path, shards: Path) -> None:
    opened = Shards.open(shards)
    written = Drawings.concat(drawn(120, label, seed=label) for label in range(3))
    assert opened.classes == CLASSES
    assert sorted(opened.key_id) == sorted(written.key_id)
    taken = opened.take(np.argsort(opened.key_id))
    assert np.array_equal(taken.label, written.label[np.argsort(written.key_id)])
    assert np.array_equal(opened.take(np.arange(len(opened))).cv, np.sort(written.cv))


def test_the_raw_form_wins_with_its_time_and_takes_what_it_does_not_know(data: Path, tmp_path: Path) -> None:
    raw = 'countrycode,drawing,key_id,word\n,"[[[0, 510], [0, 0], [3, 40]]]",77,cat\n'
    simplified = 'countrycode,drawing,key_id,recognized,word\nDE,"[[[0, 9], [0, 0]]]",77,True,cat\n'
    for form, text in (("raw", raw), ("simplified", simplified)):
        (tmp_path / f"train_{form}").mkdir()
        (tmp_path / f"train_{form}" / "cat.csv").write_text(text)
    report = shuffle(tmp_path, tmp_path / "shards")
    drawing = Shards.open(tmp_path / "shards").take(np.array([0]))
    assert drawing.points.tolist() == [[0, 0], [255, 0]]
    assert drawing.time.tolist() == [3, 40]
    assert (drawing.country[0], drawing.recognized[0]) == (b"DE", 1)
    assert (report["drawings"], report["with_time"], report["duplicates"]) == (1, 1, 0)


def test_the_report_counts_everything(shards: Path) -> None:
    report = json.loads((shards / "shuffle.json").read_text())
    filled = sum(int((np.diff(drawn(120, label, seed=label).drawing_starts)[:30] > 0).sum()) for label in range(3))
    assert (report["drawings"], report["rows"], report["bad_rows"]) == (360, 450, 0)
    assert report["classes"] == {"cat": 120, "dog": 120, "eye": 120}
    assert report["with_time"] == filled
    assert report["duplicates"] == 90 - filled  # a raw drawing without a stroke has no time: a copy of the other
    assert sum(report["shards"]) == 360
    assert len(report["shards"]) == CV_SHARDS
    assert not (shards / "spill").exists()


def test_the_result_depends_on_the_seed_but_not_on_parts_or_order_of_files(
    data: Path, shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shuffle_module, "ROUND", 50)
    shuffle(data, tmp_path / "parts", parts=1, seed=5)
    assert rows_of(tmp_path / "parts") == rows_of(shards)
    shuffle(data, tmp_path / "seed", parts=3, seed=6)
    assert rows_of(tmp_path / "seed") != rows_of(shards)


def test_the_order_inside_a_shard_is_not_that_of_the_key_ids(shards: Path) -> None:
    opened = Shards.open(shards)
    cv = opened.key_id // 10**7 % 100
    ordered = [np.all(np.diff(opened.key_id[cv == shard]) > 0) for shard in range(CV_SHARDS)]
    assert np.mean(ordered) < 0.6  # shards of three or four drawings: some are in order by chance


def test_test_drawings_keep_the_order_of_their_file_and_get_times(data: Path, shards: Path) -> None:
    test, written = Shards.open(shards).test(), drawn(40, -1, seed=9)
    assert np.array_equal(test.key_id, written.key_id)
    raw = np.isin(np.arange(40), np.arange(10, 20)) & (np.diff(written.drawing_starts) > 0)
    assert np.array_equal(test.has_time, raw)
    assert set(test.label.tolist()) == {-1}


def test_finished_and_interrupted_shuffles_go_on_where_they_were(data: Path, shards: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in shards.iterdir()}
    shuffle(data, shards, parts=7, seed=5)
    assert {path: path.stat().st_mtime_ns for path in shards.iterdir()} == before

    folder = tmp_path / "shards"
    plan(data, folder, parts=2, seed=5)
    with pytest.raises(MissingResult, match="part_0000 is missing"):
        write_shard(str(folder), 3)
    write_part(str(folder), 0)
    with pytest.raises(MissingResult, match="part_0001 is missing"):
        write_shard(str(folder), 3)
    with pytest.raises(MissingResult, match="finished tasks of the shuffle"):
        finish(str(folder))
    shuffle(data, folder, parts=9, seed=5)
    assert filecmp.cmpfiles(folder, shards, list(rows_of(shards)), shallow=False)[1:] == ([], [])


def test_other_files_or_another_seed_are_refused(data: Path, shards: Path, tmp_path: Path) -> None:
    with pytest.raises(RunChanged, match="with seed 6"):
        plan(data, shards, seed=6)
    (tmp_path / "cat.csv").write_text("key_id,drawing,word\n1,[],cat\n")
    with pytest.raises(RunChanged, match=r"other files"):
        plan(tmp_path, shards, seed=5)
    with pytest.raises(MissingResult, match="planned shuffle"):
        read_plan(tmp_path)


def test_copies_are_dropped_and_contradictions_set_aside(tmp_path: Path) -> None:
    data = tmp_path / "data"
    drawings = drawn(50, 0, seed=1)
    other = dataclasses.replace(drawings[:3], label=np.array([1, 1, 1], np.int16))
    kaggle_csv.write(data / "cat.csv", drawings, CLASSES)
    kaggle_csv.write(data / "again" / "cat.csv", drawings[20:30], CLASSES)
    kaggle_csv.write(data / "dog.csv", Drawings.concat([other, drawn(5, 1, seed=2)]), CLASSES)
    report = shuffle(data, tmp_path / "shards")
    assert (report["drawings"], report["duplicates"], report["bad_rows"]) == (52, 10, 3)
    assert not np.isin(other.key_id, Shards.open(tmp_path / "shards").key_id).any()
    with (tmp_path / "shards" / "bad_rows.csv").open(newline="") as lines:
        bad = list(csv.DictReader(lines))
    assert sorted(int(row["row"]) for row in bad) == sorted(other.key_id.tolist())


def test_too_many_bad_rows_stop_it_and_more_patience_goes_on(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "data" / "cat.csv"
    kaggle_csv.write(path, drawn(30, 0, seed=1), CLASSES)
    path.write_text(path.read_text() + "broken\n" * 20)
    with pytest.raises(BadData, match=r"received 20 in 50.*cat\.csv:32.*spill/bad_rows/part_0000\.csv"):
        shuffle(tmp_path / "data", tmp_path / "shards")
    assert len((tmp_path / "shards/spill/bad_rows/part_0000.csv").read_text().splitlines()) == 21
    report = shuffle(tmp_path / "data", tmp_path / "shards", bad_share=0.5)
    assert (report["drawings"], report["bad_rows"]) == (30, 20)
    assert len((tmp_path / "shards/bad_rows.csv").read_text().splitlines()) == 21


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    (tmp_path / "cat.csv").write_text("key_id,drawing,word\n1,[],cat\n")
    steps: list[tuple[int, int]] = []
    shuffle(tmp_path, tmp_path / "shards", progress=lambda done, of: steps.append((done, of)))
    assert [done for done, _ in steps] == list(range(1, steps[0][1] + 1))
    assert len(Shards.open(tmp_path / "shards").test()) == 0


def test_test_files_alone_are_refused(tmp_path: Path) -> None:
    (tmp_path / "test_simplified.csv").write_text("key_id,drawing\n1,[]\n")
    with pytest.raises(BadData, match="test files only"):
        plan(tmp_path, tmp_path / "shards")


def test_the_csv_export_holds_the_shard_with_class_numbers(shards: Path, tmp_path: Path) -> None:
    opened = Shards.open(shards)
    cv = int(opened.key_id[0] // 10**7 % 100)
    export_csv(str(shards), cv, str(tmp_path))
    with gzip.open(tmp_path / f"train_k{cv}.csv.gz", "rt", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["countrycode", "drawing", "recognized", "timestamp", "word", "y", "cv", "key_id"]
    taken = opened.take(np.arange(len(rows)))
    assert [int(row["key_id"]) for row in rows] == taken.key_id.tolist()
    assert [CLASSES.index(row["word"]) for row in rows] == [int(row["y"]) for row in rows] == taken.label.tolist()
    assert {row["cv"] for row in rows} == {str(cv)}
    lists = [[[x, y] for x, y in json.loads(row["drawing"])] for row in rows]
    assert np.array_equal(Drawings.from_strokes(lists).points, taken.points)


def test_a_class_list_that_is_not_the_shuffles_is_refused(shards: Path, tmp_path: Path) -> None:
    shutil.copytree(shards, tmp_path / "copy")
    (tmp_path / "copy" / "classes.json").write_text('["cat", "dog", "eyf"]')
    with pytest.raises(BadData, match=r"classes\.json the classes of shuffle\.json"):
        Shards.open(tmp_path / "copy")


@pytest.mark.parametrize(
    "change", [{"seed": "5"}, {"seed": -1}, {"parts": [[{}]]}, {"classes": "ab"}, {"bad_share": 2}]
)
def test_a_damaged_plan_is_refused_by_name(data: Path, tmp_path: Path, change: dict) -> None:
    plan(data, tmp_path, parts=1)
    path = tmp_path / "spill" / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    for read in (lambda: read_plan(tmp_path), lambda: plan(data, tmp_path, parts=1)):
        with pytest.raises(BadData, match=rf"plan\.json.*{next(iter(change))}"):
            read()


def test_a_damaged_report_is_refused_by_name(shards: Path, tmp_path: Path) -> None:
    shutil.copytree(shards, tmp_path / "copy")
    (tmp_path / "copy" / "shuffle.json").write_text('{"drawings": 3}')
    with pytest.raises(BadData, match=r"shuffle\.json"):
        finish(str(tmp_path / "copy"))


def test_a_seed_that_seeds_nothing_is_refused_before_any_work(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="seed from 0, received -1"):
        plan(data, tmp_path, seed=-1)


@pytest.mark.parametrize("name", ["cv_07.arrow", "test.arrow"])
def test_one_flipped_bit_in_any_file_of_the_shards_is_noticed(shards: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(shards, tmp_path / "shards")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(BadData, match=rf"{name} as it was written, received another checksum\. Delete the folder"):
        Shards.open(folder)


def test_a_report_that_names_other_shards_is_refused(shards: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(shards, tmp_path / "shards")
    report = (folder / "shuffle.json").read_text()
    (folder / "shuffle.json").write_text(report.replace('"cv_47.arrow"', '"../cv_47.arrow"'))
    with pytest.raises(BadData, match=r"a checksum of each shard, \.\./cv_47\.arrow is wrong\. Delete the folder"):
        Shards.open(folder)
