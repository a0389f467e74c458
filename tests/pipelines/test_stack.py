import shutil

import numpy as np
import pytest

from features.shards import Shards
from ground.errors import BadSettings
from oof.store import OOFStore
from pipelines.scores import Scores
from pipelines.stack import stack
from pipelines.stack_methods import estimators_of
from pipelines.stack_rows import COLUMNS, AskedRows, columns, country_number
from pipelines.submit import submit
from stacking.explanation import Names


@pytest.fixture
def unstacked(finished):
    """A finished run without stack and submissions."""
    for folder in (finished.stack, finished.submissions):
        shutil.rmtree(folder)
    return finished


def test_the_scores_say_what_the_choice_is_worth_and_why_the_method_answers_so(finished_once):
    scores = Scores.read(finished_once)
    assert scores.nested is not None
    assert len(scores.nested.chosen) == 2  # folds
    assert scores.nested.low <= scores.nested.map_at_3 <= scores.nested.high
    assert "Chosen anew without each fold" in scores.reason
    explanation = scores.explanation
    assert explanation is not None
    assert explanation.method == scores.chosen
    assert explanation.models == ()  # one base model has no others to do without
    assert "tiny" in {row.name for row in explanation.columns}
    assert sum(row.drawings for row in explanation.classes) == scores.drawings
    assert scores.holdout is None


def test_two_layers_are_in_the_table_and_the_run_goes_on(unstacked, settings):
    two = settings.stack.but(methods=("weighted", "linear"), layers=2, nested_rows=0, explain=False)
    stack(unstacked, settings.but(stack=two))
    scores = Scores.read(unstacked)
    assert [row.name for row in scores.rows] == ["tiny", "weighted", "linear", "weighted_2"]
    assert scores.nested is None
    assert scores.explanation is None
    submit(unstacked, settings)
    assert (unstacked.submissions / "submission.csv").exists()


def test_layers_without_a_meta_model_are_refused_before_any_work(unstacked, settings):
    with pytest.raises(BadSettings, match="to stack in 2 layers"):
        stack(unstacked, settings.but(stack=settings.stack.but(methods=("mean",), layers=2)))
    assert not unstacked.stack.exists()


def test_of_too_many_drawings_the_choice_is_not_made_anew_and_that_is_said(unstacked, settings, capsys):
    few = settings.stack.but(methods=("mean",), nested_rows=10, explain=False)
    stack(unstacked, settings.but(stack=few))
    assert Scores.read(unstacked).nested is None
    assert "120 drawings, stack.nested_rows=10" in " ".join(capsys.readouterr().err.split())


def test_calibration_and_pseudo_labels_are_in_the_table_where_they_are_asked_for(unstacked, settings):
    asked = settings.stack.but(
        methods=("mean", "linear"), calibration="vector", pseudo_labels=0.5, nested_rows=0, explain=False
    )
    stack(unstacked, settings.but(stack=asked))
    scores = Scores.read(unstacked)
    assert [row.name for row in scores.rows] == ["tiny", "mean", "linear", "linear_pseudo"]
    assert [(gain.name, gain.by) for gain in scores.calibration] == [("tiny", "vector")]
    submit(unstacked, settings)
    assert (unstacked.submissions / "submission.csv").exists()


def test_test_drawings_are_answered_fold_by_fold_by_what_was_taught_so(finished_once, settings):
    shards, both = Shards.open(finished_once.shards), settings.but(stack=settings.stack.but(methods=("mean", "binary")))
    stores, test = [OOFStore(finished_once.oof("tiny"))], shards.test()
    found = estimators_of(both, Names(["tiny"], shards.classes, COLUMNS))
    known = columns([store.read(shards.key_id) for store in stores], shards)
    by_fold = [columns([store.read_test(test.key_id, fold=k) for store in stores], test) for k in range(2)]
    mean = columns([store.read_test(test.key_id) for store in stores], test)
    for name, apart in (("binary", True), ("mean", False)):
        method = found[name].fit(known, shards.label.astype(int))
        expected = np.mean([method.predict_proba(each) for each in (by_fold if apart else [mean])], axis=0)
        np.testing.assert_allclose(AskedRows(stores, test).answers(method), expected, atol=1e-6)


def test_countries_have_a_number_each_and_none_where_they_are_unknown():
    numbers = country_number(np.array([b"DE", b"", b"US", b"DE"], "S2"))
    assert numbers[0] == numbers[3] != numbers[2]
    assert np.isnan(numbers[1])
