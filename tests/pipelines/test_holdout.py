import shutil

import numpy as np
import pytest

from base_models.records import DONE, TrainingRecord
from features.shards import Shards
from ground.errors import BadSettings, FoldMismatch
from ground.files import read_json_as
from oof.scores import map_at_3
from oof.store import OOFStore
from pipelines.holdout import require_same_holdout, set_aside
from pipelines.predict import Predictor
from pipelines.run import run
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores
from pipelines.stack import stack
from stacking.methods import load_method

ASIDE = 20  # cv shards: some 24 of the 120 drawings


@pytest.fixture(scope="module")
def settings_with_holdout(settings):
    return settings.but(holdout=ASIDE)


@pytest.fixture(scope="module")
def made_once(settings_with_holdout, tmp_path_factory):
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "holdout")
    run(folder.root, settings_with_holdout)
    return folder


@pytest.fixture
def made(made_once, tmp_path):
    shutil.copytree(made_once.root, tmp_path / "run")
    return RunFolder(tmp_path / "run")


def test_no_step_meets_a_drawing_that_is_set_aside(made_once):
    shards = Shards.open(made_once.shards)
    aside = shards.holdout().key_id
    assert 0 < len(aside) < 60
    assert set((aside // 10**7 % 100).tolist()) <= set(range(100 - ASIDE, 100))
    for store in (OOFStore(made_once.oof("tiny")), OOFStore(made_once.stack / "oof")):
        store.check(shards.key_id)
        assert not np.isin(store.key_id(), aside).any()
    trained = [TrainingRecord.read(made_once.fold("tiny", fold) / DONE).rows for fold in (0, 1)]
    assert sum(trained) <= len(shards)


def test_the_kept_method_is_scored_on_what_every_network_says_of_the_holdout(made_once):
    scored, shards = Scores.read(made_once).holdout, Shards.open(made_once.shards)
    held_out = shards.holdout()
    drawings = held_out.take(np.arange(len(held_out)))
    answers = Predictor(made_once).probabilities(drawings)
    assert scored is not None
    assert scored.drawings == len(drawings)
    assert scored.looks == 1
    assert scored.low <= scored.map_at_3 <= scored.high
    assert scored.map_at_3 == pytest.approx(map_at_3(answers, drawings.label.astype(np.int64)), abs=0.03)
    assert load_method(made_once.stack / "method").n_classes == 4


def test_every_look_is_counted_and_answers_of_earlier_networks_are_not_used(made, settings_with_holdout):
    before = OOFStore(made.holdout("tiny")).manifest.config
    shutil.rmtree(made.stack)
    stack(made, settings_with_holdout)
    assert Scores.read(made).holdout.looks == 2
    assert OOFStore(made.holdout("tiny")).manifest.config == before
    shutil.copyfile(made.fold("tiny", 0) / "model.keras", made.fold("tiny", 1) / "model.keras")
    shutil.rmtree(made.stack)
    stack(made, settings_with_holdout)
    assert OOFStore(made.holdout("tiny")).manifest.config != before
    assert len(read_json_as(made.holdout_root / "scored.json", list)) == 3


def test_imported_probabilities_leave_the_holdout_unscored_and_that_is_said(made, settings_with_holdout, capsys):
    shards = Shards.open(made.shards)
    store = OOFStore.create(made.oof("bought"), shards.classes, 2, {"imported": "bought.csv"})
    for fold in (0, 1):
        key_id = shards.key_id[shards.key_id // 10**7 % 100 % 2 == fold]
        store.write_fold(fold, key_id, np.full((len(key_id), 4), 0.25, np.float32))
    stack(made, settings_with_holdout, force=True)
    assert Scores.read(made).holdout is None
    assert "the holdout is not scored: bought" in capsys.readouterr().err


def test_a_holdout_that_leaves_a_fold_empty_is_refused(tmp_path, settings):
    with pytest.raises(BadSettings, match="60 folds, received 50 beside a holdout of 50"):
        set_aside(RunFolder(tmp_path), settings.but(holdout=50, folds=60))
    assert not (tmp_path / "shards").exists()


def test_networks_that_have_seen_the_holdout_are_no_start(made_once, settings_with_holdout):
    require_same_holdout(made_once, settings_with_holdout)
    with pytest.raises(FoldMismatch, match=r"30 cv shards or more set aside .* received 20"):
        require_same_holdout(made_once, settings_with_holdout.but(holdout=30))
