"""Runs that read their drawings by another feed than the shards, and what they make for it."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from features.inputs import GrayImage
from features.shards import Shards
from ground.errors import BadSettings, MissingResult, NotEnoughRoom
from oof.exchange import ProbabilityTable
from oof.store import OOFStore
from pipelines.changes import read_settings, write_settings
from pipelines.command_line import app
from pipelines.export import write_csv, write_tfrecords
from pipelines.feeds import make_feeds
from pipelines.predict import Predictor
from pipelines.run_folder import RunFolder
from pipelines.train import train

SMALL = GrayImage(size=8)


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def shuffled(finished_once, tmp_path):
    """A run folder with shards and nothing else."""
    run = RunFolder(tmp_path / "run")
    shutil.copytree(finished_once.shards, run.shards)
    shutil.copyfile(finished_once.settings, run.settings)
    return run


def varied(settings, **training):
    """The settings with another training of the one model."""
    return settings.but(train_by_model={"tiny": settings.train_by_model["tiny"].but(epochs=1, **training)})


def beside(run):
    """What was made beside the shards."""
    return {path.relative_to(run.shards).as_posix() for path in run.shards.rglob("*") if path.is_dir()}


@pytest.mark.parametrize(
    ("training", "made"),
    [
        ({"feed": "shards"}, set()),
        ({"feed": "generator"}, set()),
        ({"feed": "textline"}, {"csv"}),
        ({"feed": "tfrecord"}, {"tfrecord", "tfrecord/raw_gray_32_6_compiled"}),
        ({"feed": "tfrecord", "augmentation": {"flip": 0.5}}, {"tfrecord", "tfrecord/strokes"}),
        (
            {"feed": "tfrecord", "small_first": 0.5},
            {"tfrecord", "tfrecord/raw_gray_32_6_compiled", "tfrecord/raw_gray_16_6_compiled"},
        ),
    ],
)
def test_what_a_feed_lacks_is_made_once_and_no_more_than_that(shuffled, settings, training, made):
    make_feeds(shuffled, varied(settings, **training), ["tiny", "tiny"])
    assert beside(shuffled) == made


@pytest.mark.parametrize(("feed", "command"), [("textline", "shuffle --format csv"), ("tfrecord", "export tfrecord")])
def test_training_without_what_its_feed_reads_is_refused_before_it_begins(shuffled, settings, feed, command):
    with pytest.raises(MissingResult, match=f"Run `doodlestack {command} .*--run {shuffled.root}`"):
        train(shuffled, varied(settings, feed=feed))
    assert not (shuffled.root / "models").exists()


def test_training_with_augmentation_on_finished_pictures_is_refused_before_it_begins(shuffled, settings):
    write_tfrecords(shuffled, settings, "raw", GrayImage(size=32))
    with pytest.raises(BadSettings, match=r"cannot be augmented\nRun `doodlestack export tfrecord --encoding strokes"):
        train(shuffled, varied(settings, feed="tfrecord", augmentation={"flip": 0.5}))


def test_a_full_disk_is_told_before_a_byte_is_written_with_what_the_others_would_take(
    shuffled, settings, monkeypatch, capsys
):
    monkeypatch.setattr("pipelines.room.free_bytes", lambda folder: 1000)
    with pytest.raises(NotEnoughRoom, match=r"free for tfrecords \(raw\) in .*1\.0 kB.*png takes .*strokes takes "):
        write_tfrecords(shuffled, settings, "raw", SMALL)
    with pytest.raises(NotEnoughRoom, match=r"free for the shards as CSV in .*/csv-time, received 1\.0 kB"):
        write_csv(shuffled, settings, with_time=True)
    assert beside(shuffled) == set()
    assert "120 drawings" in capsys.readouterr().err


def test_an_export_tells_its_sizes_and_goes_on_where_it_was_stopped(shuffled):
    words = ("export", "tfrecord", "--size", "8", "--encoding", "png", "--run", shuffled.root)
    result = call(*words)
    folder = shuffled.shards / "tfrecord" / "png_gray_8_6_compiled"
    assert result.exit_code == 0
    assert result.stdout.split() == [str(folder.resolve())]
    assert all(encoding in result.stderr for encoding in ("raw", "png", "strokes"))
    stamps = {file: file.stat().st_mtime_ns for file in folder.glob("*.tfrecord")}
    assert len(stamps) == 100
    (folder / "cv_42.tfrecord").unlink()
    assert call(*words).exit_code == 0
    changed = [file.stem for file, stamp in stamps.items() if file.stat().st_mtime_ns != stamp]
    assert changed == ["cv_42"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--size", 4), "size: Input should be greater than or equal to 8, received 4"),
        (("--no-use-time",), "unknown setting 'use_time'"),  # grey pictures have none
    ],
)
def test_an_export_of_pictures_that_cannot_be_is_refused(shuffled, options, message):
    result = call("export", "tfrecord", *options, "--run", shuffled.root)
    assert result.exit_code == 2
    assert message in result.stderr


def test_csv_of_both_kinds_stand_side_by_side(shuffled):
    for form in ("csv", "csv-time"):
        assert call("shuffle", "--format", form, "--run", shuffled.root).exit_code == 0
    assert beside(shuffled) == {"csv", "csv-time"}


def test_a_run_by_another_feed_with_another_renderer_is_fed_by_it_from_training_to_new_drawings(
    settings, data, tmp_path
):
    run, file = RunFolder(tmp_path / "run"), settings.model_files[0]
    chosen = ("--model-file", file, "--models", "tiny", "--folds", 2, "--workers", 1, "--epochs", 1)
    inputs = "train_by_model.tiny.inputs.renderer=opencv"
    quick = ("--set", inputs, "--set", 'stack.methods=["mean"]', "--set", "train.augmentation.flip=0")
    quick = (*quick, "--set", "train.small_first=0", "--set", "train.views=1")
    result = call("run", "--data", data, "--out", run.root, "--feed", "textline", *chosen, *quick)
    assert result.exit_code == 0, result.output
    training = read_settings(run).train_by_model["tiny"]
    seen = {"size": 32, "line_width": 6.0, "centred": False, "renderer": "opencv"}
    assert (training.feed, training.inputs) == ("textline", seen)
    predictor, test = Predictor(run, "tiny"), Shards.open(run.shards).test()
    assert predictor.inputs == [GrayImage(size=32, renderer="opencv")]
    held = ProbabilityTable.read(run.submissions / "tiny.npz").probabilities
    np.testing.assert_allclose(predictor.probabilities(test), held, atol=2e-3)  # the store is half precision


@pytest.mark.parametrize("feed", ["generator", "tfrecord"])
def test_a_fold_is_trained_and_predicted_by_the_other_feeds_too(shuffled, settings, feed):
    given = varied(settings, feed=feed)
    write_settings(shuffled, given, force=True)
    make_feeds(shuffled, given, ["tiny"])
    train(shuffled, given, folds=[1])
    store = OOFStore(shuffled.oof("tiny"))
    assert (store.has_fold(0), store.has_fold(1)) == (False, True)


def test_only_feeds_that_are_asked_for_load_tensorflow():
    script = "import sys, features.feeds.opening, pipelines.export, pipelines.feeds; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"tensorflow", "keras"} & {*loaded}


def test_an_unknown_feed_is_refused(tmp_path):
    result = call("run", "--feed", "shard", "--out", tmp_path)
    assert result.exit_code == 2
    assert "textline" in result.stderr
