"""That the stack's benchmarks work and say what they promise; no timing is asserted."""

import json
from pathlib import Path

import numpy as np
import pytest

from oof.folds import fold_of
from oof.scores import map_at_3
from tests.benchmarks import stack_method, stack_shift
from tests.benchmarks.stack import BLEND, LINEAR, NOTHING, OURS, Size, against, against_peer, whole
from tests.benchmarks.stack_peers import AUTOGLUON, LogisticStack
from tests.benchmarks.stack_process import Done, done
from tests.benchmarks.stack_rows import World
from tests.benchmarks.stack_store import read, write

CLASSES, MODELS, ROWS = 8, 2, 400
WORLD = World(CLASSES, MODELS, statistics=3, seed=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("stores")
    assert set(write(place, WORLD, ROWS)) == {"drawing", "storing"}
    return place


def test_rows_follow_from_the_seed_and_are_of_their_fold() -> None:
    one, again = WORLD.oof(3, 100, 50), World(CLASSES, MODELS, statistics=3, seed=1).oof(3, 100, 50)
    np.testing.assert_array_equal(one.probabilities, again.probabilities)
    np.testing.assert_array_equal(one.statistics, again.statistics)
    assert set(fold_of(one.key_id, WORLD.folds)) == {3}
    keys = [WORLD.oof(fold, first, 50).key_id for fold in range(5) for first in (0, 50)]
    assert len(np.unique(np.concatenate(keys))) == 500


def test_models_err_together_and_are_sharper_one_than_the_other() -> None:
    world = World(100, 3, seed=2)
    rows = world.oof(0, 0, 4_000)
    wrong = rows.probabilities.argmax(axis=2) != rows.label[:, None]  # (n, M)
    assert (wrong[:, 0] & wrong[:, 1]).mean() > 2 * wrong[:, 0].mean() * wrong[:, 1].mean()
    sureness = rows.probabilities.max(axis=2).mean(axis=0)
    assert sureness[0] < sureness[1] < sureness[2]
    of_classes = [wrong[rows.label == c].mean() for c in range(100)]
    assert np.quantile(of_classes, 0.9) > 3 * np.quantile(of_classes, 0.1)


def test_the_mean_over_folds_is_more_often_right_and_less_sure() -> None:
    world = World(100, 2, seed=2)
    one, mean = world.test_by_fold(0, 4_000)[0], world.test(0, 4_000)
    for model in range(2):
        assert map_at_3(mean.probabilities[:, model], mean.label) > map_at_3(one.probabilities[:, model], one.label)
        assert mean.probabilities[:, model].max(axis=1).mean() < one.probabilities[:, model].max(axis=1).mean()


def test_what_is_stored_is_read_as_it_was_drawn(folder: Path) -> None:
    X, y = read(folder, "oof")  # noqa: N806
    rows = WORLD.oof(0, 0, ROWS // 5)
    assert X.shape == (ROWS, MODELS * CLASSES + 3)
    np.testing.assert_allclose(X[: len(y) // 5, :CLASSES], rows.probabilities[:, 0], atol=1e-3)
    np.testing.assert_array_equal(X[: len(y) // 5, MODELS * CLASSES :], rows.statistics)
    np.testing.assert_array_equal(y[: len(y) // 5], rows.label)
    assert read(folder, "test")[0].shape == (ROWS // 10, MODELS * CLASSES + 3)


@pytest.mark.parametrize("way", ["geometric", "xendcg", "multiclass", "StackingClassifier with statistics"])
def test_every_way_says_what_it_took_and_what_it_scored(
    way: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack_method.main(str(folder), way, str(MODELS), str(CLASSES), "60", "1", "0")
    answer = json.loads(capsys.readouterr().out)
    assert answer["rows"] == ROWS // 10
    assert 0.5 < answer["interval"][0] <= answer["map_at_3"] <= answer["interval"][1] <= 1
    assert min(answer["fit"], answer["predict"], answer["read"]) > 0
    assert ("rounds" in answer["note"]) == (way == "multiclass")


def test_a_peer_that_never_saw_a_class_gives_it_nothing(folder: Path) -> None:
    X, y = read(folder, "oof")  # noqa: N806
    peer = LogisticStack(MODELS, CLASSES, statistics=False)
    peer.fit(X[y != 2], y[y != 2])
    answer = peer.predict_proba(X)
    assert answer.shape == (ROWS, CLASSES)
    assert (answer[:, 2] == 0).all()


def test_a_process_of_its_own_tells_its_memory(folder: Path) -> None:
    one = done("stack_method", folder, NOTHING, MODELS, CLASSES, 0, 1, 0)
    assert one.answer == {}
    assert one.peak_memory > 5e7


def result(fit: float, precision: float, memory: float) -> Done:
    parts = {"read": 60.0, "fit": fit, "predict": 120.0, "rows": 10, "note": "", "interval": (0, 1)}
    return Done({**parts, "map_at_3": precision}, int(memory * 1e9))


def test_bars_are_asked_at_their_size_alone() -> None:
    ours, reference, stored = result(60, 0.9, 1), result(1800, 0.8, 4), Done({"storing": 60.0}, 10**9)
    full, many = Size(20_000, 340, 3, 8, 0), Size(10**6, 340, 5, 8, 0)
    assert [(row.value, row.bar, row.holds) for row in against(full, ours, reference, 0)[:3]] == [
        (30, 25, True),
        (pytest.approx(0.1), 0, True),
        (0.25, 0.25, True),
    ]
    assert [row.bar for row in against(Size(20_000, 100, 3, 8, 0), ours, reference, 0)] == [None] * 5
    assert [(row.value, row.bar, row.holds) for row in whole(many, stored, ours)[-2:]] == [(5, 30, True), (1, 16, True)]
    assert [row.bar for row in whole(Size(10**5, 340, 5, 8, 0), stored, ours)] == [None] * 6


def test_ours_and_of_a_peers_blend_our_blend_too_are_to_be_ahead_in_both() -> None:
    found = {OURS: result(60, 0.9, 1), LINEAR: result(2, 0.85, 1), BLEND: result(1, 0.7, 1)}
    found["peer"] = result(1800, 0.8, 4)
    assert [(row.value, row.holds) for row in against_peer("peer", found)] == [
        (pytest.approx(0.1), True),
        (30, True),
        (pytest.approx(0.05), True),
        (900, True),
    ]
    found[AUTOGLUON] = result(3, 0.8, 1)
    assert [(row.value, row.holds) for row in against_peer(AUTOGLUON, found)] == [
        (pytest.approx(0.1), True),
        (pytest.approx(0.05), False),
        (pytest.approx(0.05), True),
        (1.5, True),
        (pytest.approx(-0.1), False),
        (3, True),
    ]


def test_the_shift_compares_each_form_with_the_mean() -> None:
    precision = {form: np.tile([1.0, 0.5], 50) for form in (stack_shift.AS_IT_IS, "other")}
    rows = stack_shift.compared("mean", precision)
    assert [row.value for row in rows] == [0.75, 0.0]
