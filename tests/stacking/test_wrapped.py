"""Stackers over calibrated models, and with pseudo-labels: they say what they promise and leak nothing."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from ground.errors import BadSettings
from oof.folds import fold_of
from oof.scores import log_loss, map_at_3
from stacking.blends import MeanBlend, WeightedBlend
from stacking.calibrated import CalibratedStacker
from stacking.calibration import TemperatureScaling
from stacking.calibration_gain import calibration_gains
from stacking.gain import gain_shares, has_trees
from stacking.methods import load_method
from stacking.pseudo_labels import PseudoLabelStacker, Unlabelled
from stacking.shift import is_shifted
from stacking.stacker import Stacker
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, MODELS, columns_of, small_stacks

DRAWINGS = generated_oof(900, CLASSES, seed=6)
X, Y, FOLDS = columns_of(DRAWINGS), DRAWINGS.label, fold_of(DRAWINGS.key_id, 3)
OTHERS = Unlabelled(X[600:800], FOLDS[600:800])


def pseudo(share: float = 0.5, stacker: str = "linear") -> PseudoLabelStacker:
    return PseudoLabelStacker(small_stacks()[stacker], OTHERS, share, MODELS, CLASSES)


def wrapped() -> dict[str, Stacker]:
    return {
        "pseudo": pseudo(),
        "temperature": CalibratedStacker(small_stacks()["linear"], "temperature", MODELS, CLASSES),
        "vector": CalibratedStacker(small_stacks()["mean"], "vector", MODELS, CLASSES),
    }


@pytest.mark.parametrize("name", ["pseudo", "temperature", "vector"])
def test_a_saved_one_answers_the_same_and_it_can_be_fitted_again(name: str, tmp_path: Path) -> None:
    stack = wrapped()[name].fit(X[:600], Y[:600], FOLDS[:600])
    stack.save(tmp_path / "stack")
    expected = stack.predict_proba(X[800:])
    np.testing.assert_array_equal(load_method(tmp_path / "stack").predict_proba(X[800:]), expected)
    np.testing.assert_array_equal(clone(stack).fit(X[:600], Y[:600], FOLDS[:600]).predict_proba(X[800:]), expected)
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["pseudo", "temperature", "vector"])
def test_shuffled_labels_are_scored_at_chance(name: str, seed: int) -> None:
    shuffled = np.random.default_rng(seed).integers(CLASSES, size=len(Y))
    answer = wrapped()[name].fit(X[:600], shuffled[:600], FOLDS[:600]).predict_proba(X[800:])
    chance = (1 + 1 / 2 + 1 / 3) / CLASSES
    assert map_at_3(answer, shuffled[800:]) == pytest.approx(chance, abs=4 * 0.28 / np.sqrt(100))


def test_the_surest_teach_with_the_label_that_they_were_given_and_in_the_fold_that_answered_for_them() -> None:
    taught = {}

    class Listener(WeightedBlend):
        def _learn(self, probabilities, statistics, labels, groups):
            super()._learn(probabilities, statistics, labels, groups)
            taught[len(labels)] = probabilities, labels, groups

    PseudoLabelStacker(Listener(), OTHERS, 0.3, MODELS, CLASSES).fit(X[:600], Y[:600], FOLDS[:600])
    assert set(taught) == {600, 660}
    first = WeightedBlend(MODELS, CLASSES).fit(X[:600], Y[:600]).predict_proba(OTHERS.X)
    surest = np.argsort(-first.max(axis=1), kind="stable")[:60]
    _, labels, groups = taught[660]
    np.testing.assert_array_equal(labels, np.concatenate([Y[:600], first[surest].argmax(axis=1)]))
    np.testing.assert_array_equal(groups, np.concatenate([FOLDS[:600], OTHERS.folds[surest]]))


def test_a_share_of_nothing_is_the_plain_stacker() -> None:
    plain = small_stacks()["linear"].fit(X[:600], Y[:600], FOLDS[:600])
    np.testing.assert_array_equal(pseudo(0).fit(X[:600], Y[:600], FOLDS[:600]).predict_proba(X), plain.predict_proba(X))


def test_the_drawings_without_a_label_are_not_copied_with_the_estimator() -> None:
    assert clone(pseudo()).unlabelled is OTHERS
    assert deepcopy(OTHERS) is OTHERS


def test_what_the_stacker_is_given_is_what_calibration_makes_of_the_models() -> None:
    stack = CalibratedStacker(MeanBlend(), "temperature", MODELS, CLASSES).fit(X[:600], Y[:600])
    calibrated = TemperatureScaling(MODELS, CLASSES).fit(X[:600], Y[:600]).transform(X[600:])
    expected = MeanBlend(MODELS, CLASSES).fit(calibrated, Y[600:]).predict_proba(calibrated)
    np.testing.assert_allclose(stack.predict_proba(X[600:]), expected, atol=1e-6)
    plain = MeanBlend(MODELS, CLASSES).fit(X, Y).predict_proba(X[600:])
    assert log_loss(expected, Y[600:]) < log_loss(plain, Y[600:])  # they are too sure, each by another temperature


@pytest.mark.parametrize("by", ["temperature", "vector"])
def test_each_model_is_more_reliable_after_calibration_by_the_other_folds(by: str) -> None:
    gains = calibration_gains(X, Y, FOLDS, ["a", "b", "c"], CLASSES, by)
    assert [(gain.name, gain.by) for gain in gains] == [("a", by), ("b", by), ("c", by)]
    for gain in gains:
        assert gain.log_loss_after < gain.log_loss_before
    worst = max(gains, key=lambda gain: gain.error_before)
    assert worst.error_after < worst.error_before


def test_it_is_explained_and_asked_as_the_one_within() -> None:
    trees = pseudo(stacker="lambdarank").fit(X[:600], Y[:600], FOLDS[:600])
    assert has_trees(trees)
    assert is_shifted(trees)
    assert any(gain.name.startswith("paint ") for gain in gain_shares(trees, ["paint", "b", "c"], list("abcdefgh")))
    blend = CalibratedStacker(small_stacks()["mean"], "temperature", MODELS, CLASSES).fit(X, Y)
    assert not has_trees(blend)
    assert not is_shifted(blend)


def test_what_is_missing_is_told() -> None:
    with pytest.raises(BadSettings, match="drawings without a label"):
        PseudoLabelStacker(small_stacks()["mean"], None, 0.5, MODELS, CLASSES).fit(X, Y)
    with pytest.raises(BadSettings, match=r"share of 0 to 1.* 2"):
        pseudo(2).fit(X, Y)
    with pytest.raises(BadSettings, match=r"temperature, vector, received .* 'isotonic'"):
        CalibratedStacker(small_stacks()["mean"], "isotonic", MODELS, CLASSES).fit(X, Y)
