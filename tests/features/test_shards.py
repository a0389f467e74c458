import contextlib
import dataclasses
import pickle
import shutil
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from features.arrow_files import SCHEMA, record_batch
from features.classes import read_classes, write_classes
from features.drawings import CV_SHARDS, Drawings
from features.shards import Holdout, Shards, open_drawings, read_drawings, shard_path, write_drawings
from ground.errors import BadData, MissingResult
from tests.features.any_drawings import CLASSES, any_drawings, assert_same

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def drawings() -> Drawings:
    rng = np.random.default_rng(0)
    strokes = [
        [rng.integers(0, 256, (2 + n % 2, 1 + m)).tolist() for m in range(n % 5)]  # every second one with times
        for n in range(400)
    ]
    return Drawings.from_strokes(strokes, 10**15 + np.arange(400) * 10**7, rng.integers(0, 4, 400))


@pytest.fixture(scope="module")
def folder(drawings: Drawings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    for cv in range(CV_SHARDS):
        write_drawings(shard_path(folder, cv), drawings[drawings.cv == cv] if cv != 7 else Drawings.empty())
    write_drawings(folder / "test.arrow", drawings[5:8])
    write_classes(folder / "classes.json", CLASSES)
    return folder


def test_shards_that_are_set_aside_are_seen_by_none_but_the_holdout(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "shards")
    whole = Shards.open(tmp_path / "shards")
    assert len(whole.holdout()) == 0
    Holdout(5).write(tmp_path / "shards")
    shards = Shards.open(tmp_path / "shards")
    for opened in (shards, pickle.loads(pickle.dumps(shards))):
        assert set((opened.key_id // 10**7 % 100).tolist()) <= set(range(95))
        assert set((opened.holdout().key_id // 10**7 % 100).tolist()) == set(range(95, 100))
    np.testing.assert_array_equal(np.concatenate([shards.key_id, shards.holdout().key_id]), whole.key_id)
    np.testing.assert_array_equal(np.concatenate([shards.label, shards.holdout().label]), whole.label)
    (tmp_path / "shards" / "holdout.json").write_text('{"cv_shards": 100}')
    with pytest.raises(BadData, match="cv_shards"):
        Shards.open(tmp_path / "shards")


@few
@given(any_drawings())
def test_an_arrow_file_gives_back_what_was_written(tmp_path: Path, drawings: Drawings) -> None:
    write_drawings(tmp_path / "x.arrow", drawings)
    assert_same(read_drawings(tmp_path / "x.arrow"), drawings)


def test_any_drawing_is_reached_in_any_order_and_twice(drawings: Drawings, folder: Path) -> None:
    shards = Shards.open(folder)
    assert len(shards) == 396  # shard 7 is empty here
    rows = np.random.default_rng(1).integers(0, len(shards), 600)
    place = np.searchsorted(drawings.key_id, shards.key_id[rows])
    assert_same(shards.take(rows), drawings[place])
    assert np.array_equal(shards.label[rows], drawings.label[place])
    assert np.array_equal(shards.has_time[rows], drawings.has_time[place])
    assert shards.classes == CLASSES
    assert_same(shards.test(), drawings[5:8])


def test_the_column_of_recognised_drawings_is_that_of_the_drawings(drawings: Drawings, tmp_path: Path) -> None:
    known = dataclasses.replace(drawings, recognized=(np.arange(400) % 3 - 1).astype(np.int8))
    write_drawings(tmp_path / "some.arrow", known)
    np.testing.assert_array_equal(open_drawings(tmp_path / "some.arrow").recognized, known.recognized)


def test_shards_without_some_drawings_are_those_of_the_others_numbered_anew(drawings: Drawings, folder: Path) -> None:
    whole = Shards.open(folder)
    left_out = np.array([300, 0, 17, 395])
    kept = np.setdiff1d(np.arange(396), left_out)
    some = whole.without(left_out)
    assert len(some) == 392
    assert len(whole) == 396
    for column in ("key_id", "label", "has_time", "recognized"):
        np.testing.assert_array_equal(getattr(some, column), getattr(whole, column)[kept])
    rows = np.array([391, 0, 5, 5])
    assert_same(some.take(rows), whole.take(kept[rows]))
    with pytest.raises(IndexError):
        some.take(np.array([392]))
    twice = some.without(np.array([0, 391]))
    np.testing.assert_array_equal(twice.key_id, whole.key_id[kept[1:-1]])
    assert_same(twice.take(np.arange(390)), whole.take(kept[1:-1]))
    assert_same(some.test(), drawings[5:8])
    assert len(whole.without(np.arange(396))) == 0
    with pytest.raises(TypeError, match="received some of them"):
        pickle.dumps(some)


def test_no_rows_and_rows_past_the_last(folder: Path) -> None:
    shards = Shards.open(folder)
    assert_same(shards.take(np.zeros(0, np.int64)), Drawings.empty())
    for rows in ([0, len(shards)], [-1]):
        with pytest.raises(IndexError, match="rows from 0 to 395"):
            shards.take(np.array(rows))


def test_shards_survive_pickling_and_serve_threads(folder: Path) -> None:
    shards = Shards.open(folder)
    again = pickle.loads(pickle.dumps(shards))
    rows = np.arange(len(shards))[::-1].copy()
    wanted, taken = shards.take(rows), []
    threads = [threading.Thread(target=lambda: taken.append(again.take(rows))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 4
    for drawings in taken:
        assert_same(drawings, wanted)


def test_pandas_reads_a_shard(drawings: Drawings, folder: Path) -> None:
    frame = pa.ipc.open_file(shard_path(folder, 3)).read_pandas()
    row = drawings[np.flatnonzero(drawings.cv == 3)[:1]]
    assert frame.key_id[0] == row.key_id[0]
    assert np.array_equal(np.stack(frame.points[0]), row.points)


def test_a_missing_shard_is_named_with_what_to_run(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy" / "cv_42.arrow").unlink()
    with pytest.raises(MissingResult, match=r"cv_42\.arrow is missing.*doodlestack shuffle"):
        Shards.open(tmp_path / "copy")


def test_a_shard_cut_short_is_named_with_what_to_do(folder: Path, tmp_path: Path) -> None:
    data = shard_path(folder, 3).read_bytes()
    for size in (0, 5, 100, len(data) // 2, len(data) - 1):
        (tmp_path / "cut.arrow").write_bytes(data[:size])
        with pytest.raises(BadData, match=r"whole Arrow file in .*cut\.arrow.*shuffle again"):
            open_drawings(tmp_path / "cut.arrow")


def test_another_table_is_no_shard(tmp_path: Path) -> None:
    table = pa.table({"a": [1]})
    with pa.ipc.new_file(str(tmp_path / "x.arrow"), table.schema) as out:
        out.write_table(table)
    with pytest.raises(BadData, match="columns of drawings"):
        open_drawings(tmp_path / "x.arrow")


def test_flipped_bytes_end_in_a_message_or_in_drawings_never_in_a_crash(folder: Path, tmp_path: Path) -> None:
    data, rng = shard_path(folder, 3).read_bytes(), np.random.default_rng(2)
    for _ in range(300):
        spoiled = bytearray(data)
        spoiled[rng.integers(len(data))] = rng.integers(256)
        (tmp_path / "x.arrow").write_bytes(spoiled)
        with contextlib.suppress(BadData):
            drawings = read_drawings(tmp_path / "x.arrow")
            assert drawings.stroke_starts[-1] == len(drawings.points)


def test_a_stroke_that_16_bits_cannot_count_is_not_written(tmp_path: Path) -> None:
    long = Drawings.from_strokes([[[[0] * 70_000, [0] * 70_000]]])
    with pytest.raises(BadData, match="at most 65,535 points"):
        write_drawings(tmp_path / "x.arrow", long)


def test_drawings_that_cannot_be_are_refused_by_file_and_row(tmp_path: Path) -> None:
    """A writer checks nothing, as a disk does not."""
    whole = Drawings.from_strokes([[[[1, 2], [3, 4], [5, 6]]]] * 3, label=[0, 1, 2])
    wrong = {
        "label": np.array([0, -2, 2], np.int16),
        "key_id": np.array([0, -1, 2]),
        "time": np.array([5, 6, 5, -6, 5, 6], np.int32),
        "country": np.array([b"", b"\x07A", b"US"]),
        "stroke_starts": np.array([0, 2, 2, 6]),
    }
    for name, column in wrong.items():
        write_drawings(tmp_path / "x.arrow", dataclasses.replace(whole, **{name: column}))
        with pytest.raises(BadData, match=r"whole drawings in .*x\.arrow, received a damaged one in row 1"):
            read_drawings(tmp_path / "x.arrow")
    write_drawings(tmp_path / "x.arrow", dataclasses.replace(whole, key_id=wrong["key_id"], label=wrong["label"]))
    for column in ("key_id", "label"):
        with pytest.raises(BadData, match=r"x\.arrow, received a damaged one in row 1"):
            getattr(open_drawings(tmp_path / "x.arrow"), column)


def test_a_label_past_the_class_list_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    write_classes(tmp_path / "copy" / "classes.json", CLASSES[:3])
    shards = Shards.open(tmp_path / "copy")
    for take in (lambda: shards.take(np.arange(len(shards))), lambda: shards.label):
        with pytest.raises(BadData, match=r"cv_\d\d\.arrow, received a damaged one"):
            take()


@pytest.mark.parametrize("content", ["[]", "[1]", '["a", "a"]', '["a", " "]', '["a\\u001b"]', '{"a": 1}', '"ab"', "["])
def test_what_is_no_class_list_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "classes.json").write_text(content)
    with pytest.raises(BadData, match=r"classes\.json"):
        read_classes(tmp_path / "classes.json")


def test_gaps_where_every_drawing_has_a_value_are_refused(tmp_path: Path) -> None:
    batch = record_batch(Drawings.from_strokes([[], []]))
    columns = [pa.array([1, None], pa.int64()), *batch.columns[1:]]
    with pa.ipc.new_file(str(tmp_path / "x.arrow"), SCHEMA) as out:
        out.write_batch(pa.RecordBatch.from_arrays(columns, schema=SCHEMA))
    with pytest.raises(BadData, match=r"key_id of all drawings in .*x\.arrow, received 1 gaps"):
        open_drawings(tmp_path / "x.arrow")
