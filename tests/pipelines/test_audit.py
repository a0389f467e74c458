import csv
import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from base_models.seen import Seen
from features.drawings import Drawings
from features.formats import kaggle_csv
from features.shards import Shards
from features.shuffle import shuffle
from ground.errors import MissingResult
from oof.folds import fold_of
from oof.store import OOFStore
from pipelines.audit import audit
from pipelines.command_line import app
from pipelines.copies import copies_checks
from pipelines.run_folder import RunFolder


@pytest.fixture
def recorded(finished):
    """A finished run whose trainings tell what they saw."""
    for fold in (0, 1):
        record(finished, fold)
    return finished


def record(run, fold, more=()):
    """Write into `done.json` that all drawings outside the fold were seen, and the rows `more`."""
    key_id = Shards.open(run.shards).key_id
    outside = np.flatnonzero(fold_of(key_id, 2) != fold)
    seen = Seen.of(key_id, np.append(outside[1:], np.array(more, np.int64)), outside[:1], outside[:0])
    change(run, fold, seen=vars(seen))


def change(run, fold, **values):
    path = run.fold("tiny", fold) / "done.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def states(checks):
    """Each line's name and state."""
    return [(check.name, check.state) for check in checks]


def found(checks, state):
    """What the lines of one state say, in one text."""
    return "\n".join(f"{check.name}: {check.found}" for check in checks if check.state == state)


def row_of(run, fold):
    """A row that is held out from a fold."""
    return int(np.flatnonzero(fold_of(Shards.open(run.shards).key_id, 2) == fold)[0])


def test_a_finished_run_is_proved_clean(recorded, settings):
    checks = audit(recorded, settings)
    assert states(checks)[:3] == [("training of tiny", "ok"), ("probabilities of tiny", "ok"), ("stack", "ok")]
    assert [check.name for check in checks[3:]] == [
        "copies in training",
        "copies in the test set",
        "key_ids in the test set",
    ]
    assert "folds 0, 1: no held-out key_id was seen" in checks[0].found
    assert "120 rows, each once, by the fold that held it out" in checks[1].found


def test_a_training_that_saw_a_held_out_drawing_is_found(recorded, settings):
    record(recorded, fold=1, more=[row_of(recorded, fold=1)])
    checks = audit(recorded, settings)
    assert found(checks, "failure").startswith("training of tiny: Expected a training without fold 1")
    assert "fold 0: no held-out key_id" in found(checks, "ok")


def test_a_training_that_another_fold_was_held_out_from_is_found(recorded, settings):
    shutil.copyfile(recorded.fold("tiny", 0) / "done.json", recorded.fold("tiny", 1) / "done.json")
    assert "received one of tiny without fold 0 of 2" in found(audit(recorded, settings), "failure")


def test_a_training_on_other_drawings_is_found(recorded, settings):
    held_out = row_of(recorded, fold=0)
    key_id = np.delete(Shards.open(recorded.shards).key_id, held_out)
    change(
        recorded, 1, seen=vars(Seen.of(key_id, np.flatnonzero(fold_of(key_id, 2) != 1), *np.zeros((2, 0), np.int64)))
    )
    assert "have seen the" in found(audit(recorded, settings), "failure")


def test_a_damaged_record_is_found(recorded, settings):
    (recorded.fold("tiny", 0) / "done.json").write_text("{}")
    assert "Expected JSON in" in found(audit(recorded, settings), "failure")


def test_what_is_not_trained_stacked_or_predicted_yet_is_no_fault(recorded, settings):
    for path in (recorded.stack, recorded.fold("tiny", 1)):
        shutil.rmtree(path)
    (recorded.oof("tiny") / "fold_1.json").unlink()
    checks = audit(recorded, settings)
    assert "fold 1: not trained yet" in found(checks, "note")
    assert "stack: not made yet" in found(checks, "note")
    assert not found(checks, "failure")


def test_a_stack_over_folds_that_are_gone_is_found(recorded, settings):
    (recorded.oof("tiny") / "fold_1.json").unlink()
    failed = found(audit(recorded, settings), "failure")
    assert "probabilities of tiny: Expected" in failed
    assert "stack: its inputs are no longer what it was fitted on: tiny" in failed


def test_a_stack_of_other_probabilities_than_are_there_is_found(recorded, settings):
    key_id = Shards.open(recorded.shards).key_id
    mine = key_id[fold_of(key_id, 2) == 0]
    OOFStore(recorded.oof("tiny")).write_fold(0, mine, np.full((len(mine), 4), 0.25, np.float32))
    checks = audit(recorded, settings)
    assert ("probabilities of tiny", "ok") in states(checks)
    assert "no longer what it was fitted on: tiny" in found(checks, "failure")


def test_rows_that_another_fold_predicted_are_found(recorded, settings):
    for file in sorted(recorded.oof("tiny").glob("fold_*")):
        fold = int(file.name[5])
        file.rename(file.with_name(f"other_{1 - fold}{file.name[6:]}"))
    for file in sorted(recorded.oof("tiny").glob("other_*")):
        file.rename(file.with_name(file.name.replace("other", "fold")))
    assert "Expected rows of fold 0" in found(audit(recorded, settings), "failure")


def test_an_imported_model_cannot_be_proved_and_that_is_said(recorded, settings):
    shards = Shards.open(recorded.shards)
    store = OOFStore.create(recorded.oof("bought"), shards.classes, 2, {"imported": "bought.csv"})
    for fold in (0, 1):
        key_id = shards.key_id[fold_of(shards.key_id, 2) == fold]
        store.write_fold(fold, key_id, np.full((len(key_id), 4), 0.25, np.float32))
    checks = audit(recorded, settings)
    assert "training of bought: imported: nothing here tells what its training saw" in found(checks, "warning")
    assert ("probabilities of bought", "ok") in states(checks)


def test_an_audit_before_the_shuffle_says_what_to_run(tmp_path, settings):
    with pytest.raises(MissingResult, match="Run `doodlestack shuffle` first"):
        audit(RunFolder(tmp_path), settings)


# Copies: a drawing's key_id is 10**15 + cv * 10**7 + its place, so cv 0 and 2 are of fold 0, cv 1 of fold 1.


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Shards in which A stands in folds 0, 1 and the test set, B twice in fold 0, C in two classes in two folds."""
    folder = tmp_path_factory.mktemp("copied")
    a, b, c = [[[0, 255], [9, 9]]], [[[5, 9, 250], [0, 255, 3]]], [[[7, 99], [7, 12]]]
    lone = [[[[k, 255 - k], [0, k]]] for k in range(10, 14)]
    cv = np.array([0, 1, 0, 2, 0, 1, 0, 1, 2, 3])
    train = Drawings.from_strokes([a, a, b, b, c, c, *lone], 10**15 + cv * 10**7 + np.arange(10), [0] * 5 + [1] * 5)
    test = Drawings.from_strokes([a, [[[1], [1]]]], [10**15 + 50, 10**15 + 51])
    kaggle_csv.write(folder / "data" / "train_simplified.csv", train, ("cat", "dog"))
    kaggle_csv.write(folder / "data" / "test_simplified.csv", test, None, ("key_id", "countrycode", "drawing"))
    shuffle(folder / "data", folder / "shards")
    return Shards.open(folder / "shards")


def test_copies_are_counted_within_and_across_folds_and_classes(copied):
    training, test, keys = copies_checks(copied, folds=2)
    assert training.state == "warning"
    assert training.found == (
        "6 of 10 drawings, in 3 sets of equal strokes: 4 have a copy in another fold, 2 (20.0\N{NO-BREAK SPACE}%) one "
        "of their own class there; 2 are of sets of several classes. "
        "The largest: 2 × cat (3 points), 2 × cat (2 points), 2 × cat (2 points)"
    )
    assert "at most 20.0\N{NO-BREAK SPACE}%" in training.advice
    assert (test.state, test.found.partition(" drawings")[0]) == ("warning", "1 of 2")
    assert keys.state == "ok"


def test_copies_in_one_fold_raise_no_score(copied):
    training, *_ = copies_checks(copied, folds=1)
    assert training.state == "ok"
    assert training.found.endswith("None reaches across folds")


def test_all_copies_go_to_a_file_the_largest_sets_first(copied, tmp_path):
    list(copies_checks(copied, 2, tmp_path / "copies.csv"))
    with (tmp_path / "copies.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["drawings"], row["fold"], row["class"], row["points"]) for row in rows] == [
        ("3", "test", "", "2"),
        ("3", "0", "cat", "2"),
        ("3", "1", "cat", "2"),
        ("2", "0", "cat", "3"),
        ("2", "0", "cat", "3"),
        ("2", "0", "cat", "2"),
        ("2", "1", "dog", "2"),
    ]
    assert [int(row["key_id"]) for row in rows[:3]] == [10**15 + 50, 10**15, 10**15 + 10**7 + 1]
    assert len({row["set"] for row in rows}) == 3


def test_the_command_tells_the_audit_and_exits_2_where_something_is_violated(recorded, tmp_path):
    words = ["status", "--run", str(recorded.root), "--audit", "--audit-file", str(tmp_path / "copies.csv")]
    clean = CliRunner().invoke(app, words)
    assert clean.exit_code == 0
    assert "nothing is missing" in clean.stdout
    assert (tmp_path / "copies.csv").exists()
    record(recorded, fold=1, more=[row_of(recorded, fold=1)])
    leaky = CliRunner().invoke(app, words)
    assert leaky.exit_code == 2
    assert "failure" in leaky.stdout
