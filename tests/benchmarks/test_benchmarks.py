"""That the benchmarks work and say what they promise; no timing is asserted."""

import json
from dataclasses import replace

import cv2
import keras
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from base_models.checkpoint import SECONDS
from base_models.registry import load_models
from features.doodles import write_doodles
from features.formats.strokes_writing import strokes_json
from features.inputs import GrayImage
from features.rendering import render_color, render_gray
from features.shards import Shards
from features.shuffle import shuffle as shuffle_here
from ground.errors import NotEnoughRoom
from tests.benchmarks import (
    checkpoint,
    epoch,
    feeds,
    naive_feeds,
    normalisation,
    one_dnn,
    render,
    renderers,
    shuffle,
    storage,
)
from tests.benchmarks.clock import take_turns, times_faster
from tests.benchmarks.input_drawings import input_drawings
from tests.benchmarks.kaggle_files import write_class, write_class_files
from tests.benchmarks.naive import draw_color, draw_gray
from tests.benchmarks.on_disk import write_course_csv, write_shards
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.scale import Measured, scaled
from tests.benchmarks.synthetic import synthetic_classes, synthetic_drawings
from tests.benchmarks.table import Row

CLASSES = synthetic_classes()


def bars(rows):
    """The bars among rows as JSON has them, by what they are for; every row must have the form of all."""
    for row in rows:
        assert list(row) == ["what", "value", "unit", "bar", "holds"]
        assert {type(row["what"]), type(row["unit"])} == {str}
        assert type(row["value"]) is float
        assert np.isfinite(row["value"])
        assert isinstance(row["bar"], (int, float, type(None)))
        assert type(row["holds"]) is (type(None) if row["bar"] is None else bool)
    assert len({row["what"] for row in rows}) == len(rows)
    return {row["what"]: row["bar"] for row in rows if row["bar"] is not None}


def plain(rows):
    return json.loads(json.dumps([row.plain() for row in rows]))


@pytest.fixture(scope="module")
def drawings():
    return synthetic_drawings(200, seed=1, timed_share=0.5)


def test_synthetic_drawings_have_the_real_sets_statistics():
    drawings = synthetic_drawings(20_000, timed_share=0.25)
    steps = np.linalg.norm(np.diff(drawings.points.astype(float), axis=0), axis=1)
    inside = np.delete(steps, drawings.stroke_starts[1:-1] - 1)  # of strokes, not from one to the next
    assert len(drawings.points) / len(drawings) == pytest.approx(46, rel=0.02)
    assert (len(drawings.stroke_starts) - 1) / len(drawings) == pytest.approx(5.7, rel=0.02)
    assert inside.mean() == pytest.approx(28, rel=0.03)  # canvas units; real: 27.5 and 28.7
    assert inside.sum() / len(drawings) == pytest.approx(1130, rel=0.03)  # ink; real: 1,166 and 1,094
    assert np.bincount(drawings.cv, minlength=100).min() > 190  # of 200
    assert drawings.has_time.mean() == pytest.approx(0.25, abs=0.02)
    assert np.ptp(drawings.points[: drawings.point_starts[1]], axis=0).max() == 255


def test_synthetic_drawings_follow_from_the_seed_and_differ_from_part_to_part():
    one, again, other = synthetic_drawings(300), synthetic_drawings(300), synthetic_drawings(300, first=300)
    assert np.array_equal(one.points, again.points)
    assert len(np.unique(np.concatenate([one.key_id, other.key_id]))) == 600
    times = np.diff(synthetic_drawings(50, timed_share=1).time)
    assert (times >= 0).sum() >= len(times) - 49  # but for the beginnings of drawings


@pytest.mark.parametrize(
    ("ours", "naive", "most", "most_bias"),
    [
        (lambda drawings: render_gray(drawings)[..., 0], draw_gray, 30, 2),  # cv2.resize by default looks at 4 of 16
        (render_color, draw_color, 16, 8),  # later strokes hide earlier ones, where ours keep the brighter
    ],
    ids=["grey 64", "colour 128"],
)
def test_naive_pictures_are_the_compiled_ones_up_to_smoothing(ours, naive, most, most_bias, drawings):
    theirs = np.stack([naive(json.loads(row)) for row in strokes_json(drawings, with_time=True)])
    difference = ours(drawings).astype(float) - theirs
    ink = difference[(ours(drawings) > 0) | (theirs > 0)]
    assert np.abs(ink).mean() < most  # of 255
    assert abs(ink.mean()) < most_bias


def test_rows_say_whether_their_bar_holds():
    assert [Row("", 2.0, "", 2, at).holds for at in "≥≤"] == [True, True]
    assert [Row("", 1.9, "", 2, at).holds for at in "≥≤"] == [False, True]
    assert Row("", 1.9, "").holds is None


def test_ways_take_turns_and_ratios_are_taken_turn_by_turn():
    called = []

    def way(name, rates):
        return lambda: called.append(name) or rates[called.count(name) - 2]  # the first turn does not count

    rates = take_turns({"a": way("a", [10, 20, 30]), "b": way("b", [5, 4, 10])}, repeat=3)
    assert "".join(called) == "ababbaab"
    assert times_faster(rates["a"], rates["b"]) == 3


def test_drawings_of_a_folder_are_of_all_its_classes(tmp_path):
    write_doodles(tmp_path, drawings_per_class=3, test_per_class=1)
    drawings, classes = input_drawings(tmp_path, count=2 * 20, seed=0)
    assert len(drawings) == 2 * len(classes)
    assert np.bincount(drawings.label).tolist() == [2] * len(classes)


def test_what_does_not_fit_on_the_disk_is_not_begun():
    with pytest.raises(NotEnoughRoom, match="Expected 1000000000"), temporary_folder(None, needed=1e18):
        pass


def test_render_prints_one_json_object_with_its_bars():
    app = typer.Typer()
    app.command()(render.main)
    done = CliRunner().invoke(app, ["--drawings", "600", "--repeat", "1", "--no-compile-time", "--json"])
    assert done.exit_code == 0
    printed = json.loads(done.stdout)
    assert list(printed) == ["rows"]
    assert sorted(bars(printed["rows"]).values()) == [10, 12, 50_000, 100_000, 150_000, 200_000]


def test_the_renderers_are_compared_and_shown_side_by_side(tmp_path):
    app = typer.Typer()
    app.command()(renderers.main)
    shown = tmp_path / "renderers.png"
    done = CliRunner().invoke(app, ["--drawings", "60", "--repeat", "1", "--picture", str(shown), "--json"])
    assert done.exit_code == 0
    differences = [row["value"] for row in json.loads(done.stdout)["rows"] if row["unit"] == "of 255"]
    assert len(differences) == 2
    assert 0 < min(differences) < max(differences) < 20
    assert cv2.imread(str(shown)).shape == (4 * (128 + 4), 6 * (128 + 4), 3)


def test_normalisation_has_its_bars(drawings, tmp_path):
    load_models()
    write_shards(tmp_path / "shards", drawings[:20], CLASSES)
    works = normalisation.ways("gray64_cnn", Shards.open(tmp_path / "shards"), {"batch_size": 8}, steps=1)
    for work, by_way in works.items():
        rows = normalisation.rows(work, take_turns(by_way, repeat=1))
        assert bars(plain(rows)) == {f"{work}, in one operation ÷ as Keras does": 1.0}


def test_one_dnn_is_measured_against_its_absence(drawings, tmp_path):
    write_shards(tmp_path / "shards", drawings[:20], CLASSES)
    rows = plain(one_dnn.measured("gray64_cnn", tmp_path / "shards", {"batch_size": 8}, steps=1, repeat=1))
    assert bars(rows) == {"training, with oneDNN ÷ without": 1.0}
    assert sum(row["unit"] == "×" for row in rows) == 2


def test_feeds_have_their_bars(tmp_path, drawings):
    sizes = feeds.Sizes(batch=32, slow_batches=2, generator_buffer=40, text_buffer=20)
    rows = plain(feeds.measure(tmp_path, drawings, CLASSES, repeat=1, sizes=sizes))
    assert bars(rows) == {
        "shard feed ÷ from_generator": 15,
        "shard feed ÷ TextLineDataset + py_function": 30,
        "shard feed ÷ finished TFRecords": 1.5,
    }


def test_the_references_of_the_feeds_read_pictures_with_their_labels(tmp_path):
    drawings = replace(synthetic_drawings(200), label=np.arange(200, dtype=np.int16))
    pictures = np.stack([draw_gray(json.loads(row)) for row in strokes_json(drawings, with_time=False)])[..., None]
    texts, records = write_course_csv(tmp_path, drawings, CLASSES), tmp_path / "all.tfrecord"
    naive_feeds.write_tfrecord(records, pictures, drawings.label)
    for feed, white in (
        (naive_feeds.generator_feed(texts, len(CLASSES), batch_size=50, buffer=20), 1),
        (naive_feeds.textline_feed(texts, len(CLASSES), batch_size=50, buffer=20), 1),
        (naive_feeds.tfrecord_feed([records], batch_size=50), 255),
        (naive_feeds.tfrecord_feed_by_batch([records], batch_size=50), 255),
    ):
        x, y = (tensor.numpy() for tensor in next(iter(feed)))
        label = y.argmax(axis=1) if y.ndim == 2 else y
        assert len(label) == 50
        assert np.array_equal(np.rint(x * 255.0 / white), pictures[label])


def test_an_epoch_has_its_bar(tmp_path, drawings):
    shards, inputs = write_shards(tmp_path, drawings, CLASSES), GrayImage(size=8)
    rates = {}
    for reading in (epoch.FEED, epoch.ARRAYS):
        layers = [keras.Input(inputs.shape), keras.layers.Flatten(), keras.layers.Dense(len(CLASSES))]
        network = keras.Sequential(layers)
        network.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        rates[reading] = np.array([epoch.way_of(reading, network, inputs, shards, drawings=150)()])
        assert int(network.optimizer.iterations) == 2  # batches of 128
    assert bars(plain(epoch.rows(rates))) == {"epoch of gray64_cnn: through the feed ÷ from arrays in memory": 1.03}


def test_answers_are_those_of_all_drawings(tmp_path, drawings):
    shards, inputs = write_shards(tmp_path, drawings, CLASSES), GrayImage(size=8)
    network = keras.Sequential([keras.Input(inputs.shape), keras.layers.Flatten(), keras.layers.Dense(len(CLASSES))])
    asked = []
    network.predict_on_batch = lambda x: asked.append(len(x)) or np.zeros((len(x), len(CLASSES)))
    assert epoch.way_of(epoch.ANSWERS, network, inputs, shards, drawings=150)() > 0
    assert asked == [150]


def test_a_shuffle_has_its_bars_and_measures_memory(tmp_path):
    (tmp_path / "train_simplified").mkdir()
    files = [write_class(tmp_path / "train_simplified", number, 60, seed=0) for number in range(2)]
    rows = plain(shuffle.measure(files, tmp_path, repeat=1, workers=1))
    assert bars(rows) == {"shuffle ÷ pandas with append a shard, gzipped": 15}
    memory = rows[-1]
    assert "the bar of 1 GB is for 5 GB or more" in memory["what"]
    assert memory["value"] > 0.05


def test_memory_has_its_bar_from_five_gigabytes_on():
    assert bars(plain([shuffle._memory_row(peak=0.8, size=5.1)])) == {
        "peak memory of the shuffle, all its processes, 5.1 GB of input": 1
    }


def test_storage_has_its_bars_and_its_arithmetic_holds(tmp_path):
    some = synthetic_drawings(3_000)
    files = write_class_files(tmp_path / "train_simplified", replace(some, label=some.label % 5), CLASSES)
    shuffle_here(files[0].parent, tmp_path / "shards")
    size = storage.sizes(tmp_path, Shards.open(tmp_path / "shards"))
    rows = plain(storage.size_rows(size))
    assert bars(rows) == {"shards ÷ raw-pixel 128 px TFRecords": 0.01, "shards ÷ the dataset's own .bin": 1.7}
    by_arithmetic = next(row["value"] for row in rows if "arithmetic" in row["what"])
    assert 0 <= size[storage.RAW] - by_arithmetic <= 1


def test_the_scale_shows_its_arithmetic():
    measured = Measured(shuffle_rate=1e6, feed_rate=5e5, answer_rate=1e3, text=450, shards=140, raw_records=16_443)
    rows = plain(scaled(measured))
    assert not bars(rows)
    values = {row["what"]: (row["value"], row["unit"]) for row in rows}
    assert values["shuffle: 50,000,000 ÷ 1,000,000 drawings/s"] == (pytest.approx(50 / 60), "min")
    assert values["disk, the shards: 50,000,000 × 140 bytes"] == (7, "GB")
    assert values["disk, OOF of a model, 340 classes × 2 bytes: 50,000,000 × 680 bytes"] == (34, "GB")


def test_saving_and_a_kill_have_their_bars(tmp_path, drawings, monkeypatch):
    monkeypatch.setenv(SECONDS, "0.2")
    write_shards(tmp_path / "shards", drawings, CLASSES)
    rows = plain(checkpoint.measure(tmp_path / "shards", "small", 3, tmp_path / "small"))
    assert sorted(bars(rows).values()) == [2, 60, 60]
    values = {row["what"].partition(": ")[2]: row["value"] for row in rows}
    assert 0 < values["saving ÷ training"] < 50
    assert 0.1 < values["a kill, training lost"] < 60
    assert values["state on disk"] > 3 * 4 * 0.5  # float32 weights and two moments of half a million
