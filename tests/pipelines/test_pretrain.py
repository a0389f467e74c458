import shutil
from typing import Any

import numpy as np
import pytest

from base_models.prediction import load_network
from base_models.records import DONE, TrainingRecord
from base_models.seen import digest
from features.shards import Shards
from ground.errors import BadSettings, RunChanged
from ground.files import read_json_as, write_json
from pipelines.audit import audit
from pipelines.preflight import preflight
from pipelines.pretrain import drawings_to_learn
from pipelines.run import run
from pipelines.run_folder import RunFolder
from pipelines.train import train
from tests.pipelines.conftest import FIGURES, wobbly, write

OWN, NEW = 5, 40  # drawings of the run itself among the others, and drawings that are only there


@pytest.fixture(scope="module")
def others(data, tmp_path_factory):
    """Drawings of two classes: some of the run's own by key_id, a test drawing under another key_id, and new ones."""
    folder, rng = tmp_path_factory.mktemp("others"), np.random.default_rng(1)
    (folder / "train_simplified").mkdir()
    own = (data / "train_simplified" / "line.csv").read_text().splitlines(keepends=True)[: OWN + 1]
    (folder / "train_simplified" / "line.csv").write_text("".join(own))
    tested = (data / "test_simplified.csv").read_text().splitlines()[1].split(",", maxsplit=2)[2].strip('"')
    drawn = [tested, *(wobbly("cross", rng) for _ in range(NEW))]
    rows = [["US", drawing, 2 * 10**15 + n * 10**7, "True", "", "cross"] for n, drawing in enumerate(drawn)]
    header = ["countrycode", "drawing", "key_id", "recognized", "timestamp", "word"]
    write(folder / "train_simplified" / "cross.csv", header, rows)
    return folder


@pytest.fixture(scope="module")
def pretrained(settings, others, tmp_path_factory):
    """A finished run whose folds hardly train after what was learned before."""
    training = settings.train_by_model["tiny"].but(learning_rate=1e-9, pretrain_epochs=2)
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "pretrained")
    run(folder.root, settings.but(pretrain=str(others), train_by_model={"tiny": training}))
    return folder


def test_drawings_of_the_run_are_not_learned_first(pretrained):
    left = drawings_to_learn(pretrained)
    assert len(left) == NEW
    own = Shards.open(pretrained.shards)
    assert not np.isin(left.key_id, np.concatenate([own.key_id, own.test().key_id])).any()


def test_every_fold_begins_with_what_was_learned_first(pretrained):
    first = load_network(pretrained.pretrained("tiny") / "model.keras").get_weights()
    assert first[0].shape[-1] == 2  # classes there, so the last layer begins anew: tiny has no other
    assert all((pretrained.fold("tiny", fold) / "done.json").exists() for fold in (0, 1))
    assert len(FIGURES) == load_network(pretrained.fold("tiny", 0) / "model.keras").output_shape[-1]


def test_what_was_learned_first_is_not_learned_again(pretrained, settings, others):
    model = pretrained.pretrained("tiny") / "model.keras"
    before = model.stat().st_mtime_ns
    training = settings.train_by_model["tiny"].but(learning_rate=1e-9, pretrain_epochs=2)
    run(pretrained.root, settings.but(pretrain=str(others), train_by_model={"tiny": training}))
    assert model.stat().st_mtime_ns == before


def test_what_was_learned_first_is_not_missed_where_answers_alone_are_missing(pretrained, settings, others, tmp_path):
    folder = RunFolder(tmp_path / "run")
    shutil.copytree(pretrained.root, folder.root)
    expected = np.load(folder.oof("tiny") / "fold_1.probabilities.npy")
    for gone in (folder.pretrained("tiny"), folder.pretraining, folder.oof("tiny")):
        shutil.rmtree(gone)
    training = settings.train_by_model["tiny"].but(learning_rate=1e-9, pretrain_epochs=2)
    train(folder, settings.but(pretrain=str(others), train_by_model={"tiny": training}))
    np.testing.assert_array_equal(np.load(folder.oof("tiny") / "fold_1.probabilities.npy"), expected)
    assert not folder.pretrained("tiny").exists()


def test_the_audit_shows_that_no_drawing_of_the_run_was_learned_first(pretrained, settings, others):
    checks = audit(pretrained, settings.but(pretrain=str(others)))
    (line,) = [check for check in checks if check.name == "pretraining of tiny"]
    assert (line.state, f"{NEW} drawings" in line.found) == ("ok", True)


def test_other_drawings_to_learn_first_are_other_settings(pretrained, settings, tmp_path):
    with pytest.raises(RunChanged, match="pretrain"):
        run(pretrained.root, settings.but(pretrain=str(tmp_path)))


def test_drawings_that_are_all_the_runs_own_cannot_be_learned_first(finished, data):
    shutil.copytree(finished.shards, finished.pretraining)
    with pytest.raises(BadSettings, match="not among the run's own, all 120 are"):
        drawings_to_learn(finished)


def test_the_preflight_looks_at_the_other_drawings(pretrained, settings, others, tmp_path):
    for folder, state in [(others, "ok"), (tmp_path, "failure")]:
        checks = preflight(RunFolder(tmp_path / "new"), settings.but(pretrain=str(folder)))
        assert [check.state for check in checks if check.name == "pretraining"] == [state]
    (known,) = [
        check for check in preflight(pretrained, settings.but(pretrain=str(others))) if check.name == "pretraining"
    ]
    assert (known.state, f"{NEW} drawings" in known.found) == ("ok", True)


def test_what_was_learned_first_is_rehearsed_in_every_fold_and_the_audit_shows_it(
    pretrained, settings, others, tmp_path
):
    training = settings.train_by_model["tiny"].but(epochs=1, pretrain_epochs=1, rehearsal=0.5)
    chosen = settings.but(pretrain=str(others), train_by_model={"tiny": training})
    folder = RunFolder(tmp_path / "run")
    run(folder.root, chosen)
    left = drawings_to_learn(folder)
    for fold in (0, 1):
        seen = TrainingRecord.read(folder.fold("tiny", fold) / DONE).seen
        assert (seen.others, seen.other_key_ids) == (NEW, digest(left.key_id))
    (line,) = [check for check in audit(folder, chosen) if check.name == "rehearsal of tiny"]
    assert (line.state, f"{NEW} drawings" in line.found) == ("ok", True)
    assert not [check for check in audit(pretrained, settings) if check.name == "rehearsal of tiny"]
    record = read_json_as(folder.fold("tiny", 1) / DONE, dict[str, Any])
    write_json(folder.fold("tiny", 1) / DONE, {**record, "seen": {**record["seen"], "other_key_ids": "0f" * 32}})
    (line,) = [check for check in audit(folder, chosen) if check.name == "rehearsal of tiny"]
    assert (line.state, "fold 1 learned others" in line.found) == ("failure", True)


def test_nothing_to_rehearse_is_told_before_training(settings, finished, tmp_path):
    training = settings.train_by_model["tiny"].but(rehearsal=0.5)
    shutil.copytree(finished.shards, tmp_path / "shards")
    with pytest.raises(BadSettings, match="Expected a folder of other drawings to rehearse"):
        train(RunFolder(tmp_path), settings.but(train_by_model={"tiny": training}))
