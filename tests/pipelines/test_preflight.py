import csv
import shutil
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from base_models.footprint import Footprint
from features.doodles.collecting import WORDS
from ground.errors import NotReady
from ground.threads import THREADS
from pipelines.command_line import app
from pipelines.layers import Layer, resolve
from pipelines.memory import Memory
from pipelines.preflight import preflight, require_ready
from pipelines.preflight.data import data_checks
from pipelines.preflight.drawings_known import known_drawings
from pipelines.preflight.room import disk_check, disk_needs, memory_check, write_check
from pipelines.run_folder import RunFolder
from pipelines.toml_files import write_toml

NAMES = ("machine", "libraries", "LightGBM", "write", "disk", "memory", "data", "classes", "folds", "submission")
FOLDS = {"tiny": [0, 1]}
FOOTPRINTS = {"tiny": Footprint(parameters=1000, outputs=2000)}

WRONG_MODELS = """
import keras
from doodlestack import GrayImage, base_model


@base_model(inputs=GrayImage(size=16))
def too_few_classes(input_shape, classes):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(3)])


@base_model(inputs=GrayImage(size=16))
def no_softmax(input_shape, classes):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(classes)])


@base_model(inputs=GrayImage(size=16))
def broken(input_shape, classes):
    raise RuntimeError(f"no network for {classes} classes")


@base_model(inputs=GrayImage(size=16))
def of_one_size(input_shape, classes):
    x = image = keras.Input(input_shape)
    x = keras.layers.Dense(classes, activation="softmax")(keras.layers.Flatten()(x))
    return keras.Model(image, x)
"""


@pytest.fixture
def own_data(data, tmp_path):
    """A copy of the competition, to change."""
    shutil.copytree(data, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def known(settings, tmp_path):
    """What is known of the competition's drawings before the shuffle."""
    return known_drawings(RunFolder(tmp_path / "new"), settings)


def looked(run, settings):
    """Every check by its name."""
    return {check.name: check for check in preflight(run, settings)}


def of_data(settings, folder, run):
    """The checks of a folder of data."""
    changed = settings.but(data=str(folder))
    return {check.name: check for check in data_checks(run, changed, known_drawings(run, changed))}


def test_before_a_run_everything_is_looked_at_and_nothing_is_written(settings, data, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    checks = looked(RunFolder(tmp_path / "new"), settings)
    assert set(checks) == {*NAMES, "model tiny"}
    assert {check.state for check in checks.values()} <= {"ok", "note", "warning"}
    assert list(tmp_path.iterdir()) == []
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before


def test_what_is_found_is_told_with_figures(settings, data, tmp_path):
    checks = looked(RunFolder(tmp_path / "new"), settings)
    assert checks["data"].found == f"{data}: about 120 drawings, 10 to predict"
    assert checks["classes"].found == "4: cross, ice cream, line, square"
    assert "of 120 known so far" in checks["folds"].found
    assert checks["submission"].found.endswith("the 10 key_ids of the test files")
    assert checks["model tiny"].found == "64 drawings to 4 probabilities each; 0.00 M weights"
    assert "shards" in checks["disk"].found
    assert "tiny takes about" in checks["memory"].found


def test_a_finished_run_needs_nothing_more(finished_once, settings):
    before = {path: path.stat().st_mtime_ns for path in finished_once.root.rglob("*")}
    checks = looked(finished_once, settings)
    assert checks["model tiny"].found == "all its folds are trained"
    assert checks["disk"].found.endswith("about 0 bytes needed")
    assert checks["memory"].found.endswith("nothing to compare it with")
    assert "120 drawings, 10 to predict" in checks["data"].found
    assert {path: path.stat().st_mtime_ns for path in finished_once.root.rglob("*") if path.is_file()} == {
        path: time for path, time in before.items() if path.is_file()
    }


def test_the_embedded_doodles_are_looked_at_before_they_are_drawn(settings, tmp_path):
    run, without_data = RunFolder(tmp_path), settings.but(data="")
    checks = looked(run, without_data)
    assert "the embedded doodles, not drawn yet: about 2,400 drawings, 1,000 to predict" in checks["data"].found
    assert checks["classes"].found.startswith(f"{len(WORDS)}: ")
    assert checks["model tiny"].state == "ok"
    assert checks["submission"].state == "note"


def test_a_place_that_cannot_be_written_to_is_a_failure(tmp_path):
    (tmp_path / "file").touch()
    check = write_check(RunFolder(tmp_path / "file" / "run"))
    assert check.state == "failure"
    assert "File exists" in check.found
    assert write_check(RunFolder(tmp_path)).state == "ok"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_will_not_do_is_a_failure_that_says_what_takes_how_much(settings, known, tmp_path):
    run = RunFolder(tmp_path)
    check = disk_check(run, settings, replace(known, drawings=10**14), FOLDS, FOOTPRINTS)
    assert check.state == "failure"
    assert "TB needed: shards" in check.found
    assert disk_check(run, settings, known, FOLDS, FOOTPRINTS).state == "ok"


def test_the_disk_that_is_needed_grows_with_what_is_asked_for(settings, known, tmp_path):
    run = RunFolder(tmp_path)
    needs = disk_needs(run, settings, known, FOLDS, FOOTPRINTS)
    assert needs["models"] == 3 * 12 * 1000  # two models and a state, of a weight and two moments
    assert needs["feeds"] == 0
    halved = disk_needs(run, settings, known, {"tiny": [1]}, FOOTPRINTS)
    assert halved["probabilities"] * 2 == needs["probabilities"]
    counted = disk_needs(run, settings, replace(known, counted=True), FOLDS, FOOTPRINTS)
    assert counted["shards"] == 0
    for feed, least in (("textline", 10 * 120), ("tfrecord", 32 * 32 * 120)):
        training = settings.train_by_model["tiny"].but(feed=feed)
        fed = settings.but(train_by_model={"tiny": training})
        assert disk_needs(run, fed, known, FOLDS, FOOTPRINTS)["feeds"] > least


@pytest.mark.parametrize(
    ("free", "place", "state"),
    [
        (8e9, "main memory", "ok"),
        (3e8, "main memory", "warning"),  # of 0.5 GB
        (1e8, "main memory", "failure"),
        (2e5, "GPU memory", "ok"),  # of 0.14 MB
        (1e5, "GPU memory", "warning"),
        (5e4, "GPU memory", "failure"),
    ],
)
def test_memory_is_compared_with_what_the_largest_model_takes(settings, free, place, state):
    check = memory_check(settings.but(workers=1), Memory(int(free), place), FOOTPRINTS)
    assert check.state == state
    assert "tiny takes about" in check.found
    assert ("batch_size" in check.advice) is (state != "ok")


def test_data_that_are_not_there_or_cannot_be_read_are_a_failure(settings, own_data, tmp_path):
    run = RunFolder(tmp_path / "run")
    (tmp_path / "empty").mkdir()
    (own_data / "train_simplified" / "line.csv").write_text("a,b\n1,2\n")
    for folder, message in [
        (tmp_path / "nowhere", "received no such file or folder"),
        (tmp_path / "empty", "received none"),
        (own_data, "Expected a CSV with the columns"),
    ]:
        check = looked(run, settings.but(data=str(folder)))["data"]
        assert check.state == "failure"
        assert message in check.found


def test_many_bad_rows_are_a_warning(settings, own_data, tmp_path):
    with (own_data / "train_simplified" / "line.csv").open("a") as file:
        file.write("US,[[[0]]],77,True,,line\n" * 12)
    check = of_data(settings, own_data, RunFolder(tmp_path / "run"))["data"]
    assert check.state == "warning"
    assert "12 of 132 rows that were looked at are no drawings" in check.found


def test_too_few_classes_are_a_failure(settings, own_data, tmp_path):
    run = RunFolder(tmp_path / "run")
    for word in ("cross", "line"):
        (own_data / "train_simplified" / f"{word}.csv").unlink()
    check = of_data(settings, own_data, run)["classes"]
    assert (check.state, check.found) == ("failure", "2: ice cream, square")
    assert "A submission names 3" in check.advice
    (own_data / "train_simplified" / "square.csv").unlink()
    check = of_data(settings, own_data, run)["classes"]
    assert "A classifier needs two or more" in check.advice


def test_data_that_changed_since_the_shuffle_are_a_failure_and_gone_ones_are_not(finished_once, settings, own_data):
    shutil.copyfile(own_data / "train_simplified" / "line.csv", own_data / "train_simplified" / "zigzag.csv")
    check = of_data(settings, own_data, finished_once)["data"]
    assert check.state == "failure"
    assert "received one of other files" in check.found
    shutil.rmtree(own_data)
    check = of_data(settings, own_data, finished_once)["data"]
    assert check.state == "note"
    assert "is gone, and not needed" in check.found


def test_probabilities_of_other_classes_than_the_shards_are_a_failure(finished, settings):
    manifest = finished.oof("tiny") / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"line"', '"lion"'))
    check = of_data(settings, settings.data, finished)["classes"]
    assert check.state == "failure"
    assert "Expected the classes 4 in all, 'line' at place 2" in check.found


def test_folds_without_drawings_and_classes_of_fewer_drawings_than_folds_are_told(settings, own_data, tmp_path):
    run, file = RunFolder(tmp_path / "run"), own_data / "train_simplified" / "square.csv"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:2]))
    check = of_data(settings, own_data, run)["folds"]
    assert check.state == "warning"
    assert check.found.endswith("classes of fewer drawings than folds: square")
    for file in (own_data / "train_simplified").iterdir():
        renumber(file)
    check = of_data(settings, own_data, run)["folds"]
    assert check.state == "failure"
    assert "none in 1" in check.found
    assert "give key_ids that spread" in check.advice


def renumber(file):
    """Give a file's drawings the key_ids 1, 2, 3, …, which are all of fold 0."""
    with file.open(newline="") as lines:
        header, *rows = csv.reader(lines)
    for number, row in enumerate(rows, start=1):
        row[header.index("key_id")] = str(number)
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([header, *rows])


def test_a_sample_submission_of_other_drawings_or_another_form_is_a_failure(settings, own_data, tmp_path):
    run, sample = RunFolder(tmp_path / "run"), own_data / "sample_submission.csv"
    lines = sample.read_text().splitlines(keepends=True)
    sample.write_text("".join([*lines[:-1], "5,line cross square\n"]))
    check = of_data(settings, own_data, run)["submission"]
    assert check.state == "failure"
    assert "1 key_ids that the test files lack, 1 fewer, first 5" in check.found
    sample.write_text("".join(["id,word\n", *lines[1:]]))
    check = of_data(settings, own_data, run)["submission"]
    assert check.state == "failure"
    assert "header" in check.found
    sample.unlink()
    assert of_data(settings, own_data, run)["submission"].state == "note"
    for file in own_data.glob("test_*"):
        file.unlink()
    assert "no test drawings" in of_data(settings, own_data, run)["submission"].found


def test_every_model_is_tried_and_each_that_will_not_do_says_why(data, tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG_MODELS)
    names = ["too_few_classes", "no_softmax", "broken", "of_one_size"]
    values = {
        "data": str(data),
        "models": names,
        "model_files": [str(tmp_path / "wrong.py")],
        "train_by_model": {"of_one_size": {"small_first": 0.5}},
    }
    checks = looked(RunFolder(tmp_path / "run"), resolve([Layer(values, "the test")]))
    assert {checks[f"model {name}"].state for name in names} == {"failure"}
    assert "received (64, 3)" in checks["model too_few_classes"].found
    assert "of sum 1, from no_softmax" in checks["model no_softmax"].found
    assert "RuntimeError: no network for 4 classes (" in checks["model broken"].found
    assert "wrong.py" in checks["model broken"].found
    assert "pictures of any size, as small_first trains on two" in checks["model of_one_size"].found


def test_weights_to_start_from_and_model_files_must_be_there(finished_once, settings, tmp_path):
    run = RunFolder(tmp_path / "run")
    for start, state, message in [
        (finished_once.root, "ok", "from the weights in"),
        (tmp_path / "nothing", "failure", "to start from (start_from), received none"),
    ]:
        training = settings.train_by_model["tiny"].but(start_from=str(start))
        check = looked(run, settings.but(train_by_model={"tiny": training}))["model tiny"]
        assert check.state == state
        assert message in check.found
    check = looked(run, settings.but(model_files=(str(tmp_path / "gone.py"),)))["model tiny"]
    assert check.state == "failure"
    assert "gone.py, which is not there" in check.found


def test_what_a_feed_reads_is_named_where_it_is_not_there_yet(finished_once, settings, tmp_path):
    training = settings.train_by_model["tiny"].but(feed="textline")
    fed = settings.but(train_by_model={"tiny": training})
    assert "made after the shuffle" in looked(RunFolder(tmp_path / "run"), fed)["feed of tiny"].found
    check = looked(finished_once, fed)["feed of tiny"]
    assert check.state == "note"
    assert "Expected train_k0.csv.gz to train_k99.csv.gz" in check.found


def test_a_number_of_threads_that_is_none_is_a_failure(settings, tmp_path, monkeypatch):
    monkeypatch.setenv(THREADS, "many")
    check = looked(RunFolder(tmp_path / "run"), settings.but(stack={"methods": ["mean"]}))["machine"]
    assert check.state == "failure"
    assert "received 'many'" in check.found


def test_a_run_that_is_not_ready_is_refused_with_all_that_stands_in_its_way(settings, own_data, tmp_path):
    require_ready(RunFolder(tmp_path / "run"), settings)
    (own_data / "sample_submission.csv").write_text("nothing\n")
    (own_data / "train_simplified" / "cross.csv").unlink()
    (own_data / "train_simplified" / "line.csv").unlink()
    with pytest.raises(NotReady, match=r"(?s)classes: 2: .*submission: Expected a CSV"):
        require_ready(RunFolder(tmp_path / "run"), settings.but(data=str(own_data)))


def test_a_run_that_is_not_ready_begins_where_the_look_is_skipped(settings, own_data, tmp_path):
    write_toml(tmp_path / "own.toml", settings.but(data=str(own_data)).model_dump(mode="json"))
    words = ["run", "--settings", str(tmp_path / "own.toml"), "--out", str(tmp_path / "run")]
    sample = own_data / "sample_submission.csv"
    sample.write_text("nothing\n")
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 2
    assert "`doodlestack run --skip-preflight`" in " ".join(refused.output.split())
    assert not RunFolder(tmp_path / "run").shards.exists()
    begun = CliRunner().invoke(app, [*words, "--skip-preflight"])
    assert begun.exit_code == 2
    assert RunFolder(tmp_path / "run").stack.exists()
    sample.unlink()
    assert CliRunner().invoke(app, [*words, "--skip-preflight"]).exit_code == 0


def test_a_model_can_be_tried_in_a_process_of_its_own(settings, tmp_path):
    (check,) = [check for check in preflight(RunFolder(tmp_path), settings, apart=True) if check.name == "model tiny"]
    assert check.state == "ok", check.found


def test_the_doctor_exits_0_or_2_and_goes_by_the_run_that_is_there(finished_once, settings, data, tmp_path):
    file = settings.model_files[0]
    words = ["doctor", "--preset", "demo", "--model-file", file, "--models", "tiny", "--run", str(tmp_path / "new")]
    well = CliRunner().invoke(app, [*words, "--data", str(data), "--folds", "2"])
    assert well.exit_code == 0, well.output
    assert "submission" in well.stdout
    ill = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "nowhere")])
    assert ill.exit_code == 2
    assert "failure" in ill.stdout
    assert not (tmp_path / "new").exists()
    before = finished_once.settings.read_text()
    again = CliRunner().invoke(app, ["doctor", "--run", str(finished_once.root), "--set", "train.epochs=3"])
    assert again.exit_code == 0, again.output
    assert finished_once.settings.read_text() == before
