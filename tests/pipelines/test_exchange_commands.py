import re

import numpy as np
import pytest
from typer.testing import CliRunner

from oof.exchange import ProbabilityTable
from oof.store import OOFStore
from pipelines.changes import read_settings
from pipelines.command_line import app
from pipelines.status import show_status
from pipelines.toml_files import write_toml
from stacking.submissions import read_submission


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("name", ["twin", "tiny@twin"])
def test_exported_probabilities_come_back_as_a_model_that_stacks(finished, tmp_path, name):
    oof, test = tmp_path / "tiny.parquet", tmp_path / "tiny_test.npz"
    assert call("oof", "export", "tiny", oof, "--run", finished.root).exit_code == 0
    assert call("oof", "export", "tiny", test, "--part", "test", "--run", finished.root).exit_code == 0
    result = call("oof", "import", name, oof, "--test", test, "--run", finished.root)
    assert result.exit_code == 0, result.stderr
    own, twin = OOFStore(finished.oof("tiny")), OOFStore(finished.oof(name))
    np.testing.assert_allclose(twin.read(own.key_id()), own.read(own.key_id()), atol=1e-3)
    assert f"{name}: whole, 120 drawings" in call("oof", "check", "--run", finished.root).stdout


def test_a_check_names_everything_that_is_wrong_and_exits_with_2(finished):
    folder = finished.oof("tiny")
    (folder / "fold_0.json").unlink()
    (folder / "test_1.probabilities.npy").write_bytes(b"no array")
    (finished.oof_root / "bought").mkdir()
    (finished.oof_root / "bought" / "manifest.json").write_text("{")
    result = call("oof", "check", "--run", finished.root)
    assert result.exit_code == 2
    said = ("fold_0.json", "test_1.probabilities.npy", "bought: Expected the manifest", "3 problems in tiny, bought")
    assert all(text in result.stderr for text in said)
    assert "whole" not in result.stdout


def test_an_imported_store_takes_the_form_that_the_run_has(finished, tmp_path):
    settings = read_settings(finished)
    few = settings.stack.but(candidates=3)
    topk = settings.but(stack=few, oof=settings.oof.but(form="topk", keep=3))
    write_toml(finished.settings, topk.model_dump(mode="json"))
    assert call("oof", "export", "tiny", tmp_path / "tiny.npz", "--run", finished.root).exit_code == 0
    assert call("oof", "import", "twin", tmp_path / "tiny.npz", "--run", finished.root).exit_code == 0
    twin = OOFStore(finished.oof("twin"))
    assert twin.kept == 3
    assert "twin: whole, 120 drawings" in (checked := call("oof", "check", "twin", "--run", finished.root).stdout)
    assert "no test probabilities" in checked
    own = OOFStore(finished.oof("tiny"))
    np.testing.assert_allclose(twin.read(own.key_id()), own.read(own.key_id()), atol=2e-3)  # one class of 4 is not kept


@pytest.mark.parametrize("name", ["tiny", "../elsewhere", "twin@", "2nd"])
def test_an_import_under_a_name_that_is_taken_or_no_name_is_refused(finished, name):
    result = call("oof", "import", name, "file.csv", "--run", finished.root)
    assert result.exit_code == 2
    assert "Expected a name of letters, digits and _, such as resnet or resnet@2, that is free" in result.stderr


def test_submissions_are_blended_by_weighted_votes(tmp_path):
    first, second, out = tmp_path / "first.csv", tmp_path / "second.csv", tmp_path / "blend.csv"
    first.write_text("key_id,word\n1,a b c\n")
    second.write_text("key_id,word\n1,d e f\n")
    assert call("blend", first, second, "--weights", "1,3", "--out", out).exit_code == 0
    assert read_submission(out).words.tolist() == [["d", "e", "a"]]


def test_probabilities_are_blended_into_a_submission(tmp_path):
    files = []
    for number, probabilities in enumerate(([0.5, 0.3, 0.2, 0.0], [0.0, 0.4, 0.5, 0.1])):
        files.append(tmp_path / f"{number}.npz")
        table = ProbabilityTable(np.array([7]), ("a", "b", "c", "hot dog"), np.array([probabilities], np.float32))
        table.write(files[-1])
    assert call("blend", *files, "--out", tmp_path / "blend.csv").exit_code == 0
    assert read_submission(tmp_path / "blend.csv").words.tolist() == [["b", "c", "a"]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("a.csv", "b.npz"), r"submissions \(\.csv\) or probabilities \(\.npz, \.parquet\) only"),
        (("a.csv", "b.csv", "--weights", "1;2"), "numbers with commas for --weights"),
    ],
)
def test_what_cannot_be_blended_is_refused(words, message):
    result = call("blend", *words)
    assert result.exit_code == 2
    assert re.search(message, result.stderr)


def test_status_shows_folds_stack_and_files(finished, capsys):
    (finished.oof("tiny") / "fold_1.json").unlink()
    show_status(finished.root)
    shown = capsys.readouterr().out
    assert "120 drawings of 4 classes, 10 to predict" in shown
    assert "tiny" in shown
    assert "epoch 2/2" in shown
    assert f"doodlestack train tiny --fold 1 --run {finished.root}" in shown
