import re
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from ground.errors import BadSettings, RunChanged
from pipelines.changes import read_settings, write_settings
from pipelines.command_line import app
from pipelines.scores import Scores
from pipelines.settings import SubmissionSettings
from pipelines.submit import submit
from stacking.submissions import read_submission


def balanced(settings, **values):
    return settings.but(submission=SubmissionSettings(**values))


def test_a_test_set_that_may_not_be_uniform_is_not_balanced(finished, settings):
    shutil.rmtree(finished.submissions)
    with pytest.raises(BadSettings, match=r"5 test drawings or more for each of 4 classes.*add --assume-uniform"):
        submit(finished, balanced(settings, balance="sinkhorn"))
    assert not finished.submissions.exists()


@pytest.mark.parametrize("balance", ["greedy", "sinkhorn", "flow"])
def test_the_balanced_answer_becomes_the_submission_and_the_plain_one_stays(finished, settings, capsys, balance):
    shutil.rmtree(finished.submissions)
    submit(finished, balanced(settings, balance=balance, assume_uniform=True))
    chosen = Scores.read(finished).chosen
    written = (finished.submissions / "submission.csv").read_bytes()
    assert written == (finished.submissions / f"{chosen}_{balance}.csv").read_bytes()
    assert (finished.submissions / f"{chosen}.csv").exists()
    told = " ".join(capsys.readouterr().err.split())
    assert re.search(rf"{balance}: MAP@3 [01]\.\d+ → [01]\.\d+ ", told)
    assert "out-of-fold drawings, equally many of each class" in told


def test_by_flow_the_test_drawings_are_shared_out_evenly(finished, settings):
    shutil.rmtree(finished.submissions)
    submit(finished, balanced(settings, balance="flow", assume_uniform=True))
    _, counts = np.unique(
        read_submission(finished.submissions / "submission.csv").words[:, 0].astype(str), return_counts=True
    )
    assert sorted(counts) == [2, 2, 3, 3]


def test_another_balance_touches_the_submissions_alone(finished, settings):
    with pytest.raises(RunChanged, match=r"submission\.balance: off → flow"):
        write_settings(finished, balanced(settings, balance="flow"))
    write_settings(finished, balanced(settings, balance="flow"), force=True)
    assert not finished.submissions.exists()
    assert finished.stack.exists()


def test_the_command_takes_it_and_says_where_the_submission_is(finished):
    options = ["--balance", "sinkhorn", "--assume-uniform", "--force"]
    result = CliRunner().invoke(app, ["submit", "--run", str(finished.root), *options])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == str(finished.submissions / "submission.csv")
    assert read_settings(finished).submission == SubmissionSettings(balance="sinkhorn", assume_uniform=True)
    assert list(finished.submissions.glob("*_sinkhorn.csv"))
