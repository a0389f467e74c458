import json
import shutil

import numpy as np
import pytest

from base_models.prediction import load_network, predict
from base_models.pseudo_labels import PSEUDO_LABELS, read_pseudo_labels
from base_models.records import DONE, TrainingRecord
from base_models.registry import model_named
from features.shards import Shards
from ground.errors import BadData, BadSettings, ClassMismatch, FoldMismatch, MissingResult
from pipelines.audit import audit
from pipelines.changes import write_settings
from pipelines.other_runs import teachers_of
from pipelines.run_folder import RunFolder
from pipelines.train import train


def taught_by(root, settings, **changes):
    """The settings with a teacher for the tiny model."""
    training = settings.train_by_model["tiny"].but(teacher=str(root), **changes)
    return settings.but(train_by_model={"tiny": training})


@pytest.fixture(scope="module")
def taught_once(finished_once, settings, tmp_path_factory):
    """A run whose folds were taught by those of a finished run, by its test drawings too; not to be changed."""
    run = RunFolder(tmp_path_factory.mktemp("taught") / "run")
    shutil.copytree(finished_once.shards, run.shards)
    chosen = taught_by(finished_once.root, settings, pseudo_labels=0.0, epochs=1)
    write_settings(run, chosen)
    train(run, chosen)
    return run, chosen


@pytest.fixture
def taught(taught_once, tmp_path):
    """The same, of one's own."""
    shutil.copytree(taught_once[0].root, tmp_path / "taught")
    return RunFolder(tmp_path / "taught"), taught_once[1]


def lines(run, settings):
    return [(check.name, check.state, check.found) for check in audit(run, settings) if " of tiny" in check.name]


def test_each_fold_learns_from_its_own_network_of_the_other_run_and_names_the_test_drawings_by_it(
    taught_once, finished_once, settings
):
    run, _ = taught_once
    shards, training = Shards.open(run.shards), settings.train_by_model["tiny"]
    test = shards.test()
    for fold in (0, 1):
        done = TrainingRecord.read(run.fold("tiny", fold) / DONE)
        teacher = finished_once.fold("tiny", fold)
        assert [(one.folder, one.fold) for one in done.teachers] == [(str(teacher), fold)]
        assert (done.seen.test, done.rows) == (10, done.seen.trained + 10)
        network, inputs = load_network(teacher / "model.keras"), model_named("tiny").inputs_for(training)
        said = predict(network, inputs, test, np.arange(10), training).argmax(axis=1)
        key_id, label = read_pseudo_labels(run.fold("tiny", fold) / PSEUDO_LABELS, shards.classes)
        np.testing.assert_array_equal(key_id, test.key_id)
        np.testing.assert_array_equal(label, said)


def test_the_audit_proves_what_teachers_saw_and_what_they_named(taught_once):
    told = lines(*taught_once)
    assert [(name, state) for name, state, _ in told] == [
        ("training of tiny", "ok"),
        ("teachers of tiny", "ok"),
        ("pseudo-labels of tiny", "ok"),
        ("probabilities of tiny", "ok"),
    ]
    assert "folds 0, 1: no held-out key_id was seen by a teacher" in told[1][2]


def test_the_audit_finds_a_teacher_that_saw_the_fold(taught):
    run, settings = taught
    path = run.fold("tiny", 1) / DONE
    done = json.loads(path.read_text())
    done["teachers"][0]["seen"]["key_ids"] = "0f" * 32
    path.write_text(json.dumps(done))
    (failed,) = [found for _, state, found in lines(run, settings) if state == "failure"]
    assert "Expected a teacher without fold 1 of 2 that has seen just the drawings outside fold 1 of 2" in failed


def test_the_audit_finds_training_drawings_among_the_pseudo_labelled(taught):
    run, settings = taught
    path, own = run.fold("tiny", 1) / PSEUDO_LABELS, Shards.open(run.shards).key_id[0]
    path.write_text(path.read_text() + f"{own},line,0.9\n")
    (failed,) = [found for _, state, found in lines(run, settings) if state == "failure"]
    assert (
        f"the 10 test drawings that were learned, none of them among the others of the run; received key_id {own}"
        in (failed)
    )


def test_a_teacher_that_would_leak_or_has_other_classes_or_is_not_there_is_refused(finished, settings, tmp_path):
    run, root = RunFolder(tmp_path / "student"), finished.root
    shutil.copytree(finished.shards, run.shards)
    for chosen, error, message in [
        (taught_by(root, settings).but(folds=3), FoldMismatch, "Expected 3 folds in .* to learn from.* received 2"),
        (taught_by(root, settings).but(holdout=5), FoldMismatch, "Expected 5 cv shards or more set aside"),
        (
            taught_by(root, settings, teacher_models=("other",)),
            MissingResult,
            r"Expected other without fold 0 .*\(teacher",
        ),
        (taught_by(run.root, settings), BadSettings, "Expected another run as teacher of tiny"),
    ]:
        with pytest.raises(error, match=message):
            teachers_of(run, chosen, "tiny", 0)
    (finished.shards / "classes.json").write_text('["bat", "cat"]')
    with pytest.raises(ClassMismatch, match="whose run is the teacher of tiny, received others"):
        teachers_of(run, taught_by(root, settings), "tiny", 0)


@pytest.mark.parametrize("text", ["", "key_id,word,probability\nx,cat,1\n", "key_id,word,probability\n1,dog,1\n"])
def test_damaged_pseudo_labels_are_refused(text, tmp_path):
    path = tmp_path / PSEUDO_LABELS
    path.write_text(text)
    with pytest.raises(BadData, match="Expected lines of key_id,word,probability in"):
        read_pseudo_labels(path, ("cat",))
