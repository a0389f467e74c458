import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from features.shards import Shards
from ground.errors import MissingResult
from oof.exchange import ProbabilityTable
from oof.store import OOFStore
from pipelines.command_line import app
from pipelines.predict import Predictor, predict


@pytest.mark.parametrize("model", [None, "tiny"])
def test_new_drawings_are_answered_as_the_submission_was(finished_once, model):
    test = Shards.open(finished_once.shards).test()
    chosen = json.loads((finished_once.stack / "scores.json").read_text())["chosen"]
    held = ProbabilityTable.read(finished_once.submissions / f"{model or chosen}.npz")
    answers = Predictor(finished_once, model).probabilities(test)
    np.testing.assert_allclose(answers, held.probabilities, atol=2e-3)  # the store is half precision


def test_a_file_of_drawings_becomes_a_table_on_the_terminal(finished_once, data):
    result = CliRunner().invoke(app, ["predict", str(data / "test_simplified.csv"), "--run", str(finished_once.root)])
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1 + 10
    assert "%" in result.stdout


def test_a_file_of_drawings_becomes_a_submission(finished, data, tmp_path):
    drawing = [[[0, 255], [0, 0]]]
    (tmp_path / "new.ndjson").write_text(
        json.dumps({"key_id": "7", "word": "line", "countrycode": "US", "recognized": True, "drawing": drawing}) + "\n"
    )
    predict(finished.root, tmp_path / "new.ndjson", tmp_path / "answers.csv", "tiny")
    with (tmp_path / "answers.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert row["key_id"] == "7"
    assert len(set(row["word"].split())) == 3


def test_a_stack_with_imported_probabilities_cannot_look_at_new_drawings(finished):
    scores = json.loads((finished.stack / "scores.json").read_text())
    scores["inputs"]["bought"] = OOFStore(finished.oof("tiny")).fingerprint()
    (finished.stack / "scores.json").write_text(json.dumps(scores))
    with pytest.raises(MissingResult, match="received 'bought'"):
        Predictor(finished)
