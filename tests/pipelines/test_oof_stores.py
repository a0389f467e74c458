import numpy as np
import pytest

from features.shards import Shards
from ground.errors import NotEnoughRoom
from oof.store import OOFStore
from pipelines.oof_stores import config_of, kept_classes, kept_of, require_oof_room
from pipelines.settings import OofSettings, RunSettings, StackSettings

ALL, MANY, FEW = 340, 5 * 10**7, 10**5


@pytest.mark.parametrize(
    ("settings", "classes", "rows", "kept"),
    [
        (RunSettings(), ALL, FEW, None),
        (RunSettings(), ALL, MANY, 32),
        (RunSettings(), 21, MANY, None),  # 32 of 21 would take more than all of them
        (RunSettings(), 60, MANY, None),
        (RunSettings(stack=StackSettings(candidates=40)), ALL, MANY, 40),
        (RunSettings(oof=OofSettings(keep=20)), ALL, MANY, 20),
        (RunSettings(oof=OofSettings(form="dense")), ALL, MANY, None),
        (RunSettings(oof=OofSettings(form="topk")), ALL, FEW, 32),
        (RunSettings(oof=OofSettings(form="topk")), 21, FEW, 21),
    ],
)
def test_the_likeliest_classes_alone_are_kept_where_all_would_take_too_much(
    settings: RunSettings, classes: int, rows: int, kept: int | None
) -> None:
    assert kept_of(settings, classes, rows) == kept


def test_a_run_of_few_drawings_keeps_all_classes(finished_once, settings):
    shards = Shards.open(finished_once.shards)
    assert kept_classes(settings, shards) is None
    assert np.isfinite(OOFStore(finished_once.oof("tiny")).read(shards.key_id)).all()


def test_the_backend_that_trained_is_recorded_with_keras(finished_once):
    import keras

    packages = OOFStore(finished_once.oof("tiny")).manifest.packages
    assert packages["keras"] == keras.__version__
    assert keras.config.backend() in packages


@pytest.mark.parametrize(
    ("oof", "message"),
    [
        ({"form": "dense"}, r"\(4 classes a row\).* received 1\.0 kB\. Choose an --out on a larger disk"),
        ({"form": "topk", "keep": 4}, r'Keep fewer classes \(oof\.form="topk" and oof\.keep=3 take 13\.\d kB\)'),
    ],
)
def test_a_full_disk_is_told_before_training_with_what_to_do(finished_once, settings, monkeypatch, oof, message):
    monkeypatch.setattr("pipelines.room.free_bytes", lambda folder: 1000)
    chosen = settings.but(oof=oof, stack=settings.stack.but(candidates=3))
    with pytest.raises(NotEnoughRoom, match=f"(?s)free for the probabilities of 2 folds .*{message}"):
        require_oof_room(finished_once, chosen, [("tiny", 0), ("tiny", 1)])
    require_oof_room(finished_once, chosen, [])


def test_too_little_memory_for_the_predictions_of_a_fold_is_told_before_training(finished_once, settings, monkeypatch):
    monkeypatch.setattr("pipelines.oof_stores.memory_for", lambda classes, parts: 10**15)
    with pytest.raises(NotEnoughRoom, match=r"2000\.0 TB of free memory to predict \d+ drawings of 4 classes, 2 folds"):
        require_oof_room(finished_once, settings, [("tiny", 0), ("tiny", 1)], at_once=2)


def test_settings_that_came_since_leave_a_store_what_it_is(settings, tmp_path):
    wanted = config_of(settings, "tiny", tmp_path / "none")
    before = {**wanted, "train": {name: value for name, value in wanted["train"].items() if name != "rehearsal"}}
    for name, held in {
        "before": before,
        "other": {**before, "seed": settings.seed + 1},
        "strange": {"by": "hand"},
    }.items():
        OOFStore.create(tmp_path / name, ("a", "b"), 2, held)
        expected = before if name == "before" else wanted
        assert config_of(settings, "tiny", tmp_path / name) == expected
    unknown = {**before, "train": {**before["train"], "forgotten": 1}}
    OOFStore.create(tmp_path / "later", ("a", "b"), 2, unknown)
    assert config_of(settings, "tiny", tmp_path / "later") == wanted
    changed = settings.but(train_by_model={"tiny": settings.train_by_model["tiny"].but(rehearsal=0.5)})
    assert config_of(changed, "tiny", tmp_path / "before")["train"]["rehearsal"] == 0.5
