"""The choice made anew without each fold: it keeps to the shards, sees nothing of the fold, finds nothing in noise."""

from dataclasses import replace

import numpy as np
import pytest

from ground.errors import BadSettings
from oof.folds import fold_of
from oof.scores import average_precision_at_3, map_at_3
from stacking.choice import compare
from stacking.cross_validation import cross_predicted
from stacking.decision import choose
from stacking.nested import inner_folds, nested_choice
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, columns_of, small_stacks

DRAWINGS = generated_oof(600, CLASSES, seed=5)
X, Y, CV = columns_of(DRAWINGS), DRAWINGS.label, DRAWINGS.key_id // 10**7 % 100
FOLDS = fold_of(DRAWINGS.key_id, 3)
SMALL = {name: small_stacks()[name] for name in ("first", "geometric", "weighted", "linear")}


def precisions(labels: np.ndarray) -> dict[str, np.ndarray]:
    return {
        name: average_precision_at_3(cross_predicted(each, X, labels, FOLDS), labels) for name, each in SMALL.items()
    }


def test_each_fold_is_answered_by_what_was_chosen_without_it() -> None:
    own = precisions(Y)
    nested = nested_choice(SMALL, X, Y, FOLDS, CV, own, "linear")
    assert len(nested.chosen) == 3
    expected = np.concatenate([own[name][fold == FOLDS] for fold, name in enumerate(nested.chosen)])
    assert nested.map_at_3 == pytest.approx(expected.mean())
    assert nested.low < nested.map_at_3 < nested.high
    assert nested.optimism == pytest.approx(own["linear"].mean() - expected.mean())


def test_the_labels_of_a_fold_have_no_say_in_the_choice_that_answers_for_it() -> None:
    spoiled = np.where(FOLDS == 1, (Y + 1) % CLASSES, Y)  # in fold 1 alone every method is now at its worst
    one, other = (nested_choice(SMALL, X, y, FOLDS, CV, precisions(y), "linear") for y in (Y, spoiled))
    assert one.chosen[1] == other.chosen[1]


def test_two_folds_are_parted_by_whole_cv_shards_and_more_by_themselves() -> None:
    shards = np.array([4, 4, 8, 2, 8, 6])
    parted = inner_folds(np.zeros(6, np.int64), shards)
    assert set(parted.tolist()) == {0, 1}
    for shard in np.unique(shards):
        assert len(set(parted[shards == shard].tolist())) == 1
    np.testing.assert_array_equal(inner_folds(np.array([2, 1]), np.array([5, 5])), [2, 1])


def test_the_table_says_what_the_choice_is_worth_with_two_folds_too() -> None:
    halves = fold_of(DRAWINGS.key_id, 2)
    compared = compare(SMALL, X, Y, halves, nested=True, shards=CV)
    assert compared.nested is not None
    assert "Chosen anew without each fold" in compared.reason
    assert len(compared.nested.chosen) == 2
    with pytest.raises(BadSettings, match="2 folds or more"):
        compare(SMALL, X, Y, halves, nested=True)  # a fold that is not to be parted leaves one


def test_the_sentence_counts_what_was_chosen_and_says_on_which_side_it_falls() -> None:
    nested = replace(nested_choice(SMALL, X, Y, FOLDS, CV, precisions(Y), "linear"), chosen=("a", "b", "a"))
    assert "(a 2 ×, b 1 ×)" in str(nested)
    assert "0.0020 below its own figure" in str(replace(nested, optimism=0.002))
    assert "0.0010 above its own figure" in str(replace(nested, optimism=-0.001))


@pytest.mark.parametrize("seed", range(4))
def test_with_shuffled_labels_the_choice_scores_at_chance(seed: int) -> None:
    shuffled = np.random.default_rng(seed).integers(CLASSES, size=len(Y))
    methods = {**SMALL, "lambdarank": small_stacks()["lambdarank"]} if seed == 0 else SMALL  # trees take their time
    own = {
        name: average_precision_at_3(cross_predicted(each, X, shuffled, FOLDS), shuffled)
        for name, each in methods.items()
    }
    nested = nested_choice(methods, X, shuffled, FOLDS, CV, own, choose(own)[0])
    chance = (1 + 1 / 2 + 1 / 3) / CLASSES
    assert nested.map_at_3 == pytest.approx(chance, abs=4 * 0.28 / np.sqrt(len(Y)))  # four standard errors


def test_among_many_methods_without_skill_the_best_figure_is_luck_and_the_nested_one_is_chance() -> None:
    """Blends of one random model each: the more there are, the better the best looks."""
    rng = np.random.default_rng(0)
    models = 20
    noise = rng.dirichlet(np.ones(CLASSES), size=(300, models)).astype(np.float32)
    labels, shards = rng.integers(CLASSES, size=300), rng.integers(100, size=300)
    single = {str(m): type(SMALL["first"])(m, models, CLASSES) for m in range(models)}
    matrix, folds = noise.reshape(300, -1), shards % 3
    own = {
        name: average_precision_at_3(cross_predicted(each, matrix, labels, folds), labels)
        for name, each in single.items()
    }
    best = max(own, key=lambda name: own[name].mean())
    nested = nested_choice(single, matrix, labels, folds, shards, own, best)
    chance = (1 + 1 / 2 + 1 / 3) / CLASSES
    assert own[best].mean() > chance + 1.5 * 0.28 / np.sqrt(300)
    assert nested.map_at_3 < own[best].mean()
    assert nested.map_at_3 == pytest.approx(chance, abs=3 * 0.28 / np.sqrt(300))
    assert map_at_3(noise[:, int(best)], labels) == pytest.approx(own[best].mean())
