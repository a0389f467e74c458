import pytest
from typer.testing import CliRunner

from features.doodles.collecting import WORDS
from ground.errors import NotReady
from ground.threads import THREADS
from pipelines.command_line import app
from pipelines.preflight import require_ready
from pipelines.run_folder import RunFolder
from pipelines.toml_files import write_toml
from tests.pipelines.preflight.looks import looked

NAMES = ("machine", "libraries", "LightGBM", "write", "disk", "memory", "data", "classes", "folds", "submission")


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
