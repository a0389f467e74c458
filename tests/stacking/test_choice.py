import numpy as np
import pytest

from oof.folds import fold_of
from oof.scores import map_at_3
from stacking.choice import compare
from stacking.decision import choose
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, columns_of, small_stacks

DRAWINGS = generated_oof(1200, CLASSES, seed=5)
X, Y, FOLDS = columns_of(DRAWINGS), DRAWINGS.label, fold_of(DRAWINGS.key_id, 3)


def test_the_table_holds_every_method_and_marks_the_chosen_one() -> None:
    told: list[str] = []
    estimators = small_stacks()
    comparison = compare(estimators, X, Y, FOLDS, progress=told.append)
    assert [score.name for score in comparison.scores] == told == list(estimators)
    assert [score.name for score in comparison.scores if score.chosen] == [comparison.chosen]
    assert comparison.chosen in comparison.reason
    for score in comparison.scores:
        assert score.low < score.map_at_3 < score.high
        assert score.map_at_3 == pytest.approx(map_at_3(comparison.probabilities[score.name], Y))
    assert {score.kind for score in comparison.scores} == {"model", "blend", "meta"}
    assert comparison.nested is None


def test_the_simplest_that_the_best_does_not_surpass_for_sure_is_kept() -> None:
    rng = np.random.default_rng(0)
    base = rng.choice([0, 0.5, 1.0], size=2000)
    far = np.where(rng.random(2000) < 0.2, 0.0, base)
    best = base.copy()
    best[base.argmin()] = 1  # one drawing more
    name, reason = choose({"single": far, "mean": base, "ranker": best})
    assert name == "mean"
    assert reason.startswith("mean is kept")
    assert "ranker, the best" in reason


def test_a_best_that_is_ahead_for_sure_is_kept() -> None:
    rng = np.random.default_rng(0)
    base = rng.choice([0, 0.5, 1.0], size=2000)
    best = np.where(rng.random(2000) < 0.1, 1.0, base)
    name, reason = choose({"mean": base, "ranker": best})
    assert name == "ranker"
    assert "of mean by +0.0" in reason
    assert choose({"only": base})[0] == "only"
