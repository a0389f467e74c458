from pathlib import Path

import pytest

from ground.errors import BadSettings
from pipelines.changes import read_settings, write_settings
from pipelines.commands.options import Given
from pipelines.run_folder import RunFolder


def test_holdout_and_layers_reach_the_settings_and_other_settings_of_the_stack_stay():
    given = Given(models="gray64_cnn", holdout=5, layers=2, changes=["stack.candidates=8"])
    settings = given.resolved()
    assert (settings.holdout, settings.stack.layers, settings.stack.candidates) == (5, 2, 8)
    untouched = Given(models="gray64_cnn").resolved()
    assert (untouched.holdout, untouched.stack.layers) == (0, 1)


@pytest.mark.parametrize(("given", "named"), [(Given(holdout=51), "holdout"), (Given(layers=4), "stack.layers")])
def test_more_than_half_of_the_shards_or_three_layers_are_refused(given, named):
    with pytest.raises(BadSettings, match=named):
        given.resolved()


def test_a_shuffled_run_trains_as_one_that_was_resolved_at_once(tmp_path):
    run, given = RunFolder(tmp_path), Given(preset="cpu", changes=["train_by_model.gray64_cnn.epochs=3"])
    write_settings(run, given.begun(run))
    assert not read_settings(run).asked_models
    assert Given(changes=["stack.candidates=8"]).over(run).train_by_model == {}
    trained = Given().over(run, ask_models=True)
    assert trained == given.resolved().but(stack={**trained.stack.model_dump(), "candidates": 8})
    assert read_settings(run) == trained


def test_models_are_asked_where_something_of_theirs_is_given(tmp_path):
    run = RunFolder(tmp_path)
    write_settings(run, Given(preset="cpu").begun(run))
    laid_over = Given(changes=["train.epochs=3"]).laid_over(run)
    assert {training.epochs for training in laid_over.train_by_model.values()} == {3}
    assert not read_settings(run).asked_models


def test_the_models_of_a_run_that_were_asked_are_compared_by_a_new_shuffle(tmp_path):
    run, given = RunFolder(tmp_path), Given(preset="cpu")
    write_settings(run, given.resolved())
    assert given.begun(run) == given.resolved()


def test_a_run_that_is_named_alone_goes_on_as_it_was_begun(tmp_path):
    run, begun = RunFolder(tmp_path), Given(preset="cpu", folds=3).resolved()
    write_settings(run, begun)
    assert Given().complete(run) == begun
    assert Given(seed=2, changes=["train.epochs=3"]).complete(run) == Given(
        preset="cpu", folds=3, seed=2, changes=["train.epochs=3"]
    ).resolved().but(train_given=begun.train_given)
    assert read_settings(run) == begun


@pytest.mark.parametrize("given", [Given(preset="demo"), Given(data=Path("drawings"))])
def test_data_or_a_preset_mean_a_new_run_also_where_one_is_there(tmp_path, given):
    run = RunFolder(tmp_path)
    write_settings(run, Given(preset="cpu", folds=3).resolved())
    assert given.complete(run) == given.resolved()
