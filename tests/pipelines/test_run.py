import csv
import os
import shutil

import numpy as np
import pytest

from features.shards import Shards
from ground.errors import BadData, BadSettings, IncompleteOOF, MissingResult, NotReady, RunChanged
from oof.store import OOFStore
from pipelines.audit import audit
from pipelines.checks import failures
from pipelines.run import run
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores
from pipelines.shuffle import shuffle
from pipelines.stack import stack, stacked_models
from pipelines.status import next_command
from pipelines.submit import submit
from pipelines.summary import score_submission
from pipelines.train import train
from stacking.submissions import check_submission

REMADE = ("run.toml", "report.html")


def stamps(run_folder):
    """When each file was written, but for the two that every run writes."""
    files = [file for file in run_folder.root.rglob("*") if file.is_file() and file.name not in REMADE]
    return {file: file.stat().st_mtime_ns for file in files}


def read_rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_a_run_ends_with_a_submission_that_kaggle_would_take(finished_once, data):
    test = Shards.open(finished_once.shards).test()
    submission = finished_once.submissions / "submission.csv"
    check_submission(submission, test.key_id, ("cross", "ice cream", "line", "square"), data / "sample_submission.csv")
    assert any("ice_cream" in row["word"] for row in read_rows(submission))


def test_there_are_submissions_of_the_chosen_way_the_geometric_mean_and_each_model(finished_once):
    chosen = Scores.read(finished_once).chosen
    names = {path.stem for path in finished_once.submissions.glob("*.csv")}
    assert names == {"submission", "tiny", "geometric", chosen}
    assert {path.stem for path in finished_once.submissions.glob("*.npz")} == names - {"submission"}


def test_the_table_holds_every_model_and_method_with_its_interval(finished_once):
    rows = Scores.read(finished_once).rows
    assert [row.name for row in rows] == ["tiny", "mean", "geometric", "lambdarank"]
    assert all(row.low <= row.map_at_3 <= row.high for row in rows)
    assert sum(row.chosen for row in rows) == 1
    assert rows[0].seconds > 0


def test_the_stack_keeps_the_chosen_methods_own_out_of_fold_probabilities(finished_once):
    shards = Shards.open(finished_once.shards)
    OOFStore(finished_once.stack / "oof").check(shards.key_id, shards.classes, 2)


def test_a_whole_run_is_not_made_again_and_rid_of_what_a_killed_process_left_half_written(finished, settings):
    before = stamps(finished)
    half = finished.oof("tiny") / ".fold_0.0123abcd.npy"
    half.touch()
    os.utime(half, (1, 1))
    run(finished.root, settings)
    assert stamps(finished) == before


def test_only_the_fold_that_is_missing_is_trained_again(finished, settings):
    before = stamps(finished)
    (finished.fold("tiny", 1) / "done.json").unlink()
    train(finished, settings)
    after = stamps(finished)
    assert after[finished.fold("tiny", 1) / "model.keras"] != before[finished.fold("tiny", 1) / "model.keras"]
    assert after[finished.fold("tiny", 0) / "model.keras"] == before[finished.fold("tiny", 0) / "model.keras"]


def test_a_fold_trained_but_not_yet_predicted_is_predicted_without_training(finished, settings):
    model, store = finished.fold("tiny", 1) / "model.keras", OOFStore(finished.oof("tiny"))
    before, key_id = stamps(finished)[model], store.key_id()
    probabilities = store.read(key_id)
    (finished.oof("tiny") / "fold_1.json").unlink()
    train(finished, settings)
    assert stamps(finished)[model] == before
    np.testing.assert_array_equal(OOFStore(finished.oof("tiny")).read(key_id), probabilities)


@pytest.mark.parametrize("folds", [2, 4])
def test_a_run_starts_from_the_weights_of_another_fold_by_fold(finished, settings, tmp_path, folds):
    training = settings.train_by_model["tiny"].but(start_from=str(finished.root), learning_rate=1e-9)
    begun = RunFolder(tmp_path / "begun")
    run(begun.root, settings.but(folds=folds, train_by_model={"tiny": training}))
    key_id = OOFStore(finished.oof("tiny")).key_id()
    ours, theirs = (OOFStore(folder.oof("tiny")).read(key_id) for folder in (begun, finished))
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_weights_that_are_not_there_or_saw_the_held_out_fold_are_refused_before_training(finished, settings, tmp_path):
    begun = RunFolder(tmp_path / "begun")
    for start, message in [
        (tmp_path / "nothing", "Expected tiny without fold 0 in .*nothing to start from"),
        (finished.root, "Expected 3 folds in .* received 2"),
    ]:
        training = settings.train_by_model["tiny"].but(start_from=str(start))
        with pytest.raises(NotReady, match=message):
            run(begun.root, settings.but(folds=3, train_by_model={"tiny": training}))
    assert not begun.fold("tiny", 0).exists()


def test_two_models_of_one_architecture_are_two_in_every_step(finished, settings):
    training = settings.train_by_model["tiny"]
    both = settings.but(
        models=("tiny", "tiny@2"), train_by_model={"tiny": training, "tiny@2": training.but(learning_rate=1e-2)}
    )
    before = stamps(finished)[finished.fold("tiny", 0) / "model.keras"]
    run(finished.root, both, force=True)
    assert stamps(finished)[finished.fold("tiny", 0) / "model.keras"] == before
    assert {row.name for row in Scores.read(finished).rows} >= {"tiny", "tiny@2"}
    key_id = OOFStore(finished.oof("tiny")).key_id()
    one, two = (OOFStore(finished.oof(name)).read(key_id) for name in both.models)
    assert np.abs(one - two).max() > 0.01
    assert (finished.submissions / "tiny@2.csv").exists()
    assert "tiny@2" in finished.report.read_text()
    assert not failures(audit(finished, both))


def test_other_settings_are_refused_with_what_changed(finished, settings):
    with pytest.raises(RunChanged, match=r"folds: 2 → 3"):
        run(finished.root, settings.but(folds=3))


def test_drawings_that_changed_since_the_shuffle_are_refused(finished, settings, data):
    file = next((data / "train_simplified").glob("*.csv"))
    original = file.read_bytes()
    file.write_bytes(original + original.splitlines(keepends=True)[-1])
    try:
        with pytest.raises(NotReady, match="received one of other files"):
            run(finished.root, settings)
    finally:
        file.write_bytes(original)


def test_drawings_that_are_gone_since_the_shuffle_are_not_missed(finished, settings, tmp_path):
    before = stamps(finished)
    shuffle(finished, settings.but(data=str(tmp_path / "gone")))
    assert stamps(finished) == before


def test_a_stack_of_other_probabilities_is_refused_and_made_anew_by_force(finished, settings):
    store = OOFStore(finished.oof("tiny"))
    shards = Shards.open(finished.shards)
    held = shards.key_id[shards.key_id // 10**7 % 100 % 2 == 0]
    store.write_fold(0, held, np.full((len(held), 4), 0.25, np.float32))
    with pytest.raises(RunChanged, match="tiny changed, came or went"):
        stack(finished, settings)
    stack(finished, settings, force=True)
    assert Scores.read(finished).inputs == {"tiny": store.fingerprint()}
    assert not finished.submissions.exists()


def test_multiclass_is_left_out_of_many_classes_and_that_is_said(finished, settings, capsys):
    shutil.rmtree(finished.stack)
    limited = settings.stack.but(methods=("mean", "multiclass"), multiclass_classes=3)
    stack(finished, settings.but(stack=limited))
    assert [row.name for row in Scores.read(finished).rows] == ["tiny", "mean"]
    assert "multiclass is left out: 4 classes" in capsys.readouterr().err


def test_a_stack_without_all_folds_names_the_missing_one(finished, settings):
    (finished.oof("tiny") / "fold_1.json").unlink()
    with pytest.raises(IncompleteOOF, match="doodlestack train tiny --fold 1"):
        stack(finished, settings, force=True)


def test_a_submission_before_the_stack_says_what_to_run(tmp_path, settings):
    with pytest.raises(MissingResult, match="Run `doodlestack stack --run"):
        submit(RunFolder(tmp_path), settings)


def test_training_a_model_or_fold_that_the_run_has_not_is_refused(finished_once, settings):
    with pytest.raises(BadSettings, match="Expected a model of this run, received 'tyni'; did you mean 'tiny'"):
        train(finished_once, settings, models=["tyni"])
    with pytest.raises(BadSettings, match="Expected a fold from 0 to 1, received 2"):
        train(finished_once, settings, folds=[2])


def test_an_imported_model_is_stacked_after_the_runs_own(finished, settings):
    shards, test = Shards.open(finished.shards), Shards.open(finished.shards).test()
    store = OOFStore.create(finished.oof("bought"), shards.classes, 2, {"imported": "bought.csv"})
    for fold in (0, 1):
        key_id = shards.key_id[shards.key_id // 10**7 % 100 % 2 == fold]
        store.write_fold(fold, key_id, np.full((len(key_id), 4), 0.25, np.float32))
    store.write_test(None, test.key_id, np.full((len(test), 4), 0.25, np.float32))
    assert stacked_models(finished, settings) == ["tiny", "bought"]
    stack(finished, settings, force=True)
    submit(finished, settings)
    assert (finished.submissions / "bought.csv").exists()


def test_the_next_command_is_the_first_that_is_missing(finished, settings):
    shards = Shards.open(finished.shards)
    assert next_command(finished, settings, shards) == ""
    finished.report.unlink()
    assert next_command(finished, settings, shards) == f"doodlestack report --run {finished.root}"
    (finished.oof("tiny") / "fold_1.json").unlink()
    assert next_command(finished, settings, shards) == f"doodlestack train tiny --fold 1 --run {finished.root}"
    assert next_command(finished, settings, None) == f"doodlestack shuffle --run {finished.root}"


def test_a_submission_is_scored_against_the_answers(tmp_path):
    (tmp_path / "submission.csv").write_text("key_id,word\n1,a b c\n2,a b c\n3,a b c\n4,a b c\n")
    (tmp_path / "labels.tsv").write_text("key_id\tword\n4\td\n3\tc\n2\tb\n1\ta\n")
    value, low, high = score_submission(tmp_path / "submission.csv", tmp_path / "labels.tsv")
    assert value == pytest.approx((1 + 1 / 2 + 1 / 3 + 0) / 4)
    assert low <= value <= high


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("key_id\tword\n1\ta\n1\tb\n", "received 1 twice"),
        ("key_id\tword\none\ta\n", "Expected a key_id and a word a line"),
        ("key_id,word\n1,a\n", "Expected a key_id and a word a line"),
    ],
)
def test_damaged_answers_are_refused(tmp_path, lines, message):
    (tmp_path / "submission.csv").write_text("key_id,word\n1,a b c\n")
    (tmp_path / "labels.tsv").write_text(lines)
    with pytest.raises(BadData, match=message):
        score_submission(tmp_path / "submission.csv", tmp_path / "labels.tsv")
