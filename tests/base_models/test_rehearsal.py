from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from base_models.lesson import LESSON
from base_models.plan import make_plan
from base_models.prediction import predict
from base_models.records import DONE, TrainingRecord
from base_models.registry import MODELS
from base_models.rehearsal import OtherDrawings, others_to_learn, rehearsed, require_rehearsal
from base_models.seen import digest
from base_models.settings import TrainSettings
from base_models.training import train_fold
from features.classes import write_classes
from features.drawings import CV_SHARDS, Drawings
from features.shards import CLASSES, TEST, Shards, shard_path, write_drawings
from ground.errors import BadSettings, RunChanged
from oof.folds import fold_of
from tests.base_models.lines import LINES

FOLD, FOLDS = 1, 3
QUICK = TrainSettings(epochs=4, batch_size=16, inner_validation=0.0, label_smoothing=0.0, rehearsal=0.5)


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    monkeypatch.setitem(MODELS, "lines", LINES)


def drawn(upright: list[bool], first_key: int, recognized: int = 1) -> Drawings:
    """Lines, level or upright, over all folds."""
    places = np.arange(len(upright)) * 7 % 256
    strokes = [
        [[[place, place], [0, 255]]] if up else [[[0, 255], [place, place]]]
        for place, up in zip(places.tolist(), upright, strict=True)
    ]
    key_id = first_key + np.arange(len(upright)) // 2 * 10**7 + np.arange(len(upright)) % 2
    marks = np.full(len(upright), recognized, np.int8)
    return replace(Drawings.from_strokes(strokes, key_id, label=np.array(upright, np.int16)), recognized=marks)


def shards_of(folder, drawings: Drawings, classes: tuple[str, ...]) -> Shards:
    folder.mkdir()
    write_classes(folder / CLASSES, classes)
    for cv in range(CV_SHARDS):
        write_drawings(shard_path(folder, cv), drawings[np.arange(len(drawings)) % CV_SHARDS == cv])
    write_drawings(folder / TEST, Drawings.empty())
    return Shards.open(folder)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """60 lines of which four alone are upright, over the folds."""
    return shards_of(
        tmp_path_factory.mktemp("own") / "shards",
        drawn([place in (0, 5, 14, 33) for place in range(60)], 10**15),
        ("level", "upright"),
    )


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """40 upright lines, in a class list of their own beside a class that the run has not."""
    drawings = drawn([True] * 40, 2 * 10**15)
    elsewhere = replace(drawings, label=np.array([0, 0, 0, 2] * 10, np.int16))
    return shards_of(tmp_path_factory.mktemp("other") / "shards", elsewhere, ("upright", "middle", "slanted"))


def test_others_of_the_runs_classes_are_taken_with_its_labels(own, others):
    taken = others_to_learn(others, own.classes, QUICK)
    assert len(taken) == 30
    assert set(taken.label) == {own.classes.index("upright")}
    some = taken.take(np.array([5, 2]))
    np.testing.assert_array_equal(some.key_id, taken.key_id[[5, 2]])
    np.testing.assert_array_equal(some.label, [1, 1])
    with pytest.raises(BadSettings, match="of the run's 1 classes to learn beside its own, received none among 40"):
        others_to_learn(others, ("level",), QUICK)


def test_unrecognised_others_are_dropped_where_the_runs_own_are(own, tmp_path):
    drawings = drawn([True] * 12, 2 * 10**15)
    half = replace(drawings, recognized=np.arange(12, dtype=np.int8) % 2)
    source = shards_of(tmp_path / "shards", half, own.classes)
    assert len(others_to_learn(source, own.classes, QUICK)) == 12
    assert len(others_to_learn(source, own.classes, QUICK.but(unrecognized="drop"))) == 6
    weighed = QUICK.but(unrecognized=0.5)
    plan = make_plan(LINES, own, FOLD, FOLDS, weighed, 1, others=others_to_learn(source, own.classes, weighed))
    of_others = plan.taken.weights[len(own) :]
    np.testing.assert_allclose(of_others, np.where(plan.source.recognized[len(own) :] == 1, 1, 0.5))


def test_classes_stay_as_frequent_and_others_take_turns():
    label = np.repeat([0, 1, 2], [40, 10, 3]).astype(np.int16)
    others, other_label = np.arange(100, 130), np.repeat([1, 2], [25, 5]).astype(np.int16)
    every, of = np.concatenate([label, np.zeros(47, np.int16), other_label]), []
    for epoch in range(5):
        rows = rehearsed(np.arange(53), label, others, other_label, 0.5, epoch, seed=3)
        np.testing.assert_array_equal(np.bincount(every[rows]), [40, 10, 3])
        assert (np.diff(rows) > 0).all()
        assert (rows[every[rows] == 1] >= 100).sum() == 5
        of.append(set(rows[rows >= 100]))
        again = rehearsed(np.arange(53), label, others, other_label, 0.5, epoch, seed=3)
        np.testing.assert_array_equal(rows, again)
    assert set.union(*of) == set(range(100, 130))  # 25 of the one class in 5 epochs, each once


def test_a_class_of_which_there_are_fewer_others_than_places_meets_them_again():
    rows = rehearsed(np.arange(8), np.zeros(8, np.int16), np.array([8, 9]), np.zeros(2, np.int16), 0.75, 0, seed=0)
    assert len(rows) == 8
    np.testing.assert_array_equal(np.unique(rows[rows >= 8], return_counts=True)[1], [3, 3])


def test_what_others_show_is_learned_and_recorded(own, others, tmp_path):
    taken, settings = (
        others_to_learn(others, own.classes, QUICK),
        QUICK.but(epochs=30, learning_rate=0.05, balance_classes=True),
    )
    beside = train_fold(LINES, own, FOLD, FOLDS, settings, tmp_path / "beside", 1, others=taken)
    alone = train_fold(LINES, own, FOLD, FOLDS, settings.but(rehearsal=0.0), tmp_path / "alone", 1)
    unseen = drawn([True] * 36, 3 * 10**15)
    right = [
        (predict(network, LINES.inputs, unseen, np.arange(36), settings).argmax(axis=1) == 1).mean()
        for network in (beside, alone)
    ]
    assert right[0] > right[1] + 0.4, right
    seen = TrainingRecord.read(tmp_path / "beside" / DONE).seen
    assert (seen.others, seen.other_key_ids) == (30, digest(taken.key_id))
    assert TrainingRecord.read(tmp_path / "alone" / DONE).seen.others == 0
    assert seen.key_ids == digest(own.key_id[fold_of(own.key_id, FOLDS) != FOLD])


def test_a_stopped_training_goes_on_exactly_also_beside_a_teacher(own, others, tmp_path):
    taken = others_to_learn(others, own.classes, QUICK)
    train_fold(LINES, own, FOLD, FOLDS, QUICK.but(rehearsal=0.0), tmp_path / "teacher", seed=2)
    settings, given = QUICK.but(teacher="other"), {"teachers": [tmp_path / "teacher"], "others": taken}
    whole = train_fold(LINES, own, FOLD, FOLDS, settings, tmp_path / "whole", 1, **given)
    looks = count(1)
    with pytest.raises(KeyboardInterrupt):
        train_fold(LINES, own, FOLD, FOLDS, settings, tmp_path / "parted", 1, **given, stop=lambda: next(looks) == 5)
    assert (tmp_path / "parted" / LESSON).exists()
    parted = train_fold(LINES, own, FOLD, FOLDS, settings, tmp_path / "parted", 1, **given)
    assert all(np.array_equal(*pair) for pair in zip(whole.get_weights(), parted.get_weights(), strict=True))


def test_it_does_not_go_on_with_other_drawings(own, others, tmp_path):
    looks, taken = count(1), others_to_learn(others, own.classes, QUICK)
    with pytest.raises(KeyboardInterrupt):
        train_fold(LINES, own, FOLD, FOLDS, QUICK, tmp_path, 1, others=taken, stop=lambda: next(looks) == 5)
    fewer = OtherDrawings(others, taken.rows[:-1], taken.label[:-1])
    plans = [str(make_plan(LINES, own, FOLD, FOLDS, QUICK, 1, others=these)) for these in (taken, fewer, None)]
    assert len(set(plans)) == 3
    with pytest.raises(RunChanged, match="beside 30 others"):
        train_fold(LINES, own, FOLD, FOLDS, QUICK, tmp_path, 1, others=fewer)


@pytest.mark.parametrize(
    ("settings", "pretrain", "message"),
    [
        ({"rehearsal": 0.5}, "", "Expected a folder of other drawings to rehearse"),
        ({"rehearsal": 0.5, "feed": "textline"}, "folder", "received textline, whose files hold no other drawing"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused(settings, pretrain, message):
    with pytest.raises(BadSettings, match=message):
        require_rehearsal(TrainSettings(**settings), pretrain)
    require_rehearsal(TrainSettings(), pretrain)
