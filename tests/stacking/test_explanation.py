"""What is said of a stack: what is useless is found useless, what counts is found to count, and counts add up."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from oof.folds import fold_of
from stacking.blends import GeometricBlend, SingleModel
from stacking.columns import Floats, Groups, Labels
from stacking.corrections import Corrections, corrections, corrections_by_class
from stacking.cross_validation import cross_predicted
from stacking.explanation import Names, Rows, explain, worth_of_columns, worth_of_models
from stacking.gain import gain_shares, has_trees
from stacking.layers import LayeredStacker
from stacking.shared_fits import fits_shared
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of, small_stacks

DRAWINGS = generated_oof(900, CLASSES, statistics=4, seed=3)
X = columns_of(DRAWINGS)
ROWS = Rows(X, DRAWINGS.label, fold_of(DRAWINGS.key_id, 3))
NAMES = Names(("paint", "lstm", "noise"), tuple("abcdefghijkl"), ("length", "strokes", "width", "pauses"))
X[:, 2 * CLASSES : 3 * CLASSES] = np.random.default_rng(0).dirichlet(np.ones(CLASSES), len(X))  # the model "noise"


def test_a_model_of_noise_adds_nothing_and_the_others_do() -> None:
    found = {each.name: each for each in worth_of_models(small_stacks()["weighted"], ROWS, NAMES)}
    assert list(found) == ["paint", "lstm", "noise"]
    assert found["paint"].low > 0
    assert found["lstm"].worth > 0.003
    assert found["noise"].worth == pytest.approx(0, abs=0.002)


def test_a_model_alone_has_none_to_do_without() -> None:
    assert worth_of_models(SingleModel(0, MODELS, CLASSES), ROWS, NAMES) == ()
    alone = Rows(X[:, :CLASSES], ROWS.y, ROWS.folds)
    assert worth_of_models(small_stacks()["mean"], alone, Names(("paint",), NAMES.classes, ())) == ()


def test_what_a_method_does_not_look_at_is_worth_nothing_when_shuffled() -> None:
    found = {each.name: each.worth for each in worth_of_columns(small_stacks()["geometric"], ROWS, NAMES)}
    assert set(found) == {*NAMES.models, *NAMES.statistics}
    assert all(found[name] == 0 for name in NAMES.statistics)
    assert found["paint"] > 0.02
    linear = worth_of_columns(small_stacks()["linear"], ROWS, NAMES)
    assert [each.worth for each in linear] == sorted((each.worth for each in linear), reverse=True)
    assert max(each.worth for each in linear if each.name in NAMES.statistics) > 0


@pytest.mark.parametrize("name", ["lambdarank", "rankers", "multiclass"])
def test_the_gain_of_trees_is_shared_out_among_columns_with_names(name: str) -> None:
    fitted = small_stacks()[name].fit(X, ROWS.y)
    assert has_trees(fitted)
    gain = gain_shares(fitted, NAMES.models, NAMES.statistics)
    assert sum(each.share for each in gain) == pytest.approx(1)
    assert [each.share for each in gain] == sorted((each.share for each in gain), reverse=True)
    names = {each.name for each in gain}
    assert names & {*NAMES.statistics}
    assert any(each.startswith("paint ") for each in names)
    assert not any(each.startswith(("model_", "statistic_", "Column_")) for each in names)


def test_of_layers_the_last_ones_trees_are_looked_at_and_of_a_blend_none() -> None:
    first = [("linear", small_stacks()["linear"])]
    stack = LayeredStacker(first, small_stacks()["lambdarank"], MODELS, CLASSES, inner_folds=2)
    assert has_trees(stack)
    gain = gain_shares(stack.fit(X, ROWS.y), NAMES.models, NAMES.statistics)
    assert any(each.name.startswith("linear (layer below) ") for each in gain)
    blend = small_stacks()["geometric"].fit(X, ROWS.y)
    assert not has_trees(blend)
    assert gain_shares(blend, NAMES.models, NAMES.statistics) == ()


def test_corrections_count_what_was_righted_and_spoiled() -> None:
    labels = np.array([0, 0, 1, 1, 2])
    stack = np.eye(3, dtype=np.float32)[[0, 1, 1, 0, 0]]
    models = np.eye(3, dtype=np.float32)[[[1, 1], [0, 0], [1, 0], [0, 0], [1, 1]]]  # (5, 2, 3)
    one, other, agreed = corrections(stack, models, labels, ["one", "other"])
    assert one == Corrections("one", 5, changed=3, righted=1, spoiled=1)
    assert other == Corrections("other", 5, changed=4, righted=2, spoiled=1)
    assert agreed == Corrections("all 2 where they agree", 4, changed=3, righted=1, spoiled=1)
    by_class = corrections_by_class(stack, models[:, 1], labels, ["a", "b", "c"])
    assert [each.name for each in by_class] == ["b", "a", "c"]
    assert by_class[0] == Corrections("b", 2, changed=1, righted=1, spoiled=0)
    assert sum(each.drawings for each in by_class) == 5


def test_the_whole_explanation_is_plain_json() -> None:
    estimators = {name: small_stacks()[name] for name in ("weighted", "lambdarank")}
    single = {name: SingleModel(place, MODELS, CLASSES) for place, name in enumerate(NAMES.models)}
    probabilities = {
        name: cross_predicted(each, X, ROWS.y, ROWS.folds) for name, each in {**single, **estimators}.items()
    }
    found = explain("weighted", {**single, **estimators}, probabilities, ROWS, NAMES)
    written = json.loads(json.dumps(asdict(found)))
    assert written["method"] == "weighted"
    assert written["gain_of"] == "lambdarank"
    assert written["best_model"] in ("paint", "lstm")
    assert len(written["models"]) == 3
    assert len(written["columns"]) == 7
    own = int((ROWS.folds == 0).sum())
    assert (written["models_rows"], written["columns_rows"]) == ([len(X) - own, own], own)
    assert sum(each["drawings"] for each in written["classes"]) == len(X)


def test_of_too_many_rows_some_are_drawn_and_the_first_fold_is_asked_about() -> None:
    fitted, asked = ROWS.parted(100, 50, seed=0)
    assert (len(set(fitted.tolist())), len(set(asked.tolist()))) == (100, 50)
    assert 0 not in ROWS.folds[fitted]
    assert set(ROWS.folds[asked].tolist()) == {0}
    fitted, asked = ROWS.parted(len(X), len(X), seed=0)
    np.testing.assert_array_equal(np.sort(np.concatenate([fitted, asked])), np.arange(len(X)))


class Counted(GeometricBlend):
    """Counts how often any of its copies is fitted."""

    fits = 0

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        Counted.fits += 1


def test_what_the_table_has_fitted_is_not_fitted_to_explain_it() -> None:
    with fits_shared():
        cross_predicted(Counted(MODELS, CLASSES), X, ROWS.y, ROWS.folds)
        assert Counted.fits == 3
        worth_of_columns(Counted(MODELS, CLASSES), ROWS, NAMES)
        assert Counted.fits == 3
