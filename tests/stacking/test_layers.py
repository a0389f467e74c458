"""A stack of stacks: every layer learns from answers of the one below that did not know the row."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from ground.errors import BadSettings
from oof.scores import map_at_3
from stacking.blends import MeanBlend, WeightedBlend
from stacking.columns import split_columns
from stacking.layers import LayeredStacker, layered
from stacking.linear import LinearStacker
from stacking.methods import load_method
from stacking.stacker import Stacker
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of, small_stacks

DRAWINGS = generated_oof(900, CLASSES, seed=2)
X, Y = columns_of(DRAWINGS), DRAWINGS.label


def two_layers(second: Stacker | None = None) -> LayeredStacker:
    first = [(name, small_stacks()[name]) for name in ("linear", "greedy")]
    return LayeredStacker(first, second or WeightedBlend(), MODELS, CLASSES, inner_folds=3)


@pytest.fixture(scope="module")
def fitted() -> LayeredStacker:
    return two_layers().fit(X[:600], Y[:600])


def test_the_second_layer_gets_the_first_ones_answers_beside_the_base_models(fitted: LayeredStacker) -> None:
    assert fitted.second_.n_models == MODELS + 2
    assert [name for name, _ in fitted.first_] == ["linear", "greedy"]
    answers = fitted.predict_proba(X[600:])
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert map_at_3(answers, Y[600:]) > map_at_3(
        MeanBlend(MODELS, CLASSES).fit(X[:600], Y[:600]).predict_proba(X[600:]), Y[600:]
    )


def test_no_row_teaches_the_second_layer_by_an_answer_that_knew_its_label() -> None:
    class Parrot(Stacker):
        """Sure of the label of every row that it was fitted on, of class 0 elsewhere."""

        kind = "meta"

        def __init__(self, n_models: int = 1, n_classes: int | None = None) -> None:
            self.n_models, self.n_classes = n_models, n_classes

        def _learn(
            self, probabilities: np.ndarray, statistics: np.ndarray, labels: np.ndarray, groups: np.ndarray
        ) -> None:
            self.known_ = {row.tobytes(): label for row, label in zip(probabilities, labels.tolist(), strict=True)}

        def _probabilities(self, probabilities: np.ndarray, statistics: np.ndarray) -> np.ndarray:
            said = [self.known_.get(row.tobytes(), 0) for row in probabilities]
            return np.eye(probabilities.shape[2], dtype=np.float32)[said]

    class Listener(WeightedBlend):
        """Keeps what it was taught by."""

        def _learn(
            self, probabilities: np.ndarray, statistics: np.ndarray, labels: np.ndarray, groups: np.ndarray
        ) -> None:
            self.heard_ = probabilities[:, -1].argmax(axis=1)
            super()._learn(probabilities, statistics, labels, groups)

    stack = LayeredStacker([("parrot", Parrot())], Listener(), MODELS, CLASSES).fit(X, Y)
    assert (stack.second_.heard_ == 0).all()
    assert (stack.first_[0][1].predict(X) == Y).all()  # of new rows, all that was learned is used


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_labels_are_scored_at_chance(seed: int) -> None:
    shuffled = np.random.default_rng(seed).integers(CLASSES, size=len(Y))
    stack = two_layers(small_stacks()["lambdarank"] if seed == 0 else None).fit(X[:600], shuffled[:600])
    chance = (1 + 1 / 2 + 1 / 3) / CLASSES
    assert map_at_3(stack.predict_proba(X[600:]), shuffled[600:]) == pytest.approx(chance, abs=4 * 0.28 / np.sqrt(300))


def test_a_saved_stack_answers_the_same_and_can_be_fitted_again(fitted: LayeredStacker, tmp_path: Path) -> None:
    fitted.save(tmp_path / "stack")
    loaded = load_method(tmp_path / "stack")
    np.testing.assert_array_equal(loaded.predict_proba(X[600:]), fitted.predict_proba(X[600:]))
    again = clone(loaded).fit(X[:600], Y[:600])
    np.testing.assert_array_equal(again.predict_proba(X[600:]), fitted.predict_proba(X[600:]))


def test_names_of_classes_will_do_where_their_number_is_not_given() -> None:
    names = np.array([f"class {place:02}" for place in range(CLASSES)])
    stack = LayeredStacker([("linear", LinearStacker())], WeightedBlend(), MODELS, inner_folds=2).fit(X, names[Y])
    assert set(stack.predict(X)) <= set(names)


def test_every_layer_is_named_by_its_depth_and_stands_on_the_one_below() -> None:
    methods = {
        "mean": MeanBlend(MODELS, CLASSES),
        **{n: small_stacks()[n] for n in ("weighted", "linear", "lambdarank")},
    }
    assert layered(methods, 1) == {}
    found = layered(methods, 3)
    assert list(found) == ["weighted_2", "lambdarank_2", "weighted_3", "lambdarank_3"]
    assert [name for name, _ in found["weighted_3"].get_params()["first"]] == ["linear", "lambdarank"]
    assert isinstance(found["weighted_3"].get_params()["second"], LayeredStacker)
    assert found["weighted_2"].n_models == MODELS


def test_three_layers_answer(tmp_path: Path) -> None:
    stack = layered({"weighted": WeightedBlend(MODELS, CLASSES), "linear": LinearStacker(MODELS, CLASSES)}, 3)[
        "weighted_3"
    ]
    stack.set_params(inner_folds=2, second__inner_folds=2).fit(X[:400], Y[:400]).save(tmp_path / "stack")
    answers = load_method(tmp_path / "stack").predict_proba(X[400:])
    assert map_at_3(answers, Y[400:]) > 0.85
    probabilities, _ = split_columns(X, MODELS, CLASSES)
    assert answers.shape == (500, probabilities.shape[2])


def test_layers_without_a_meta_model_are_refused() -> None:
    with pytest.raises(BadSettings, match="Give `first` and `second`"):
        LayeredStacker(second=WeightedBlend(), n_models=MODELS, n_classes=CLASSES).fit(X, Y)
    with pytest.raises(BadSettings, match="one of linear, lambdarank, multiclass and one of weighted"):
        layered({"mean": MeanBlend()}, 2)
