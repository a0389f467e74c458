import numpy as np
import pytest

from ground.errors import BadSettings
from oof.ranking import top
from stacking.candidates import CLASS, columns_without, feature_names
from stacking.feature_kinds import FEATURE_KINDS, FeatureKind
from stacking.rankers import CandidateStacker
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import columns_of

CLASSES, NEXT_TO_NOTHING = 40, 0.01  # the gain of trees that learn something is 10 and more
DRAWINGS = generated_oof(900, CLASSES, seed=4)
X, Y = columns_of(DRAWINGS), DRAWINGS.label


@pytest.mark.parametrize("objective", ["lambdarank", "xendcg", "binary"])
def test_the_first_three_are_candidates_and_the_others_keep_the_linear_order(objective: str) -> None:
    stack = CandidateStacker(objective, 3, CLASSES, candidates=3, most=4, inner_folds=3, rounds=20, threads=1)
    answer = stack.fit(X[:600], Y[:600]).predict_proba(X[600:])
    opinion = stack.linear_.predict_proba(X[600:])
    likeliest = top(opinion, CLASSES)
    models = X[600:, : 3 * CLASSES].reshape(300, 3, CLASSES)
    for row in range(300):
        union = {c for model in [*models[row], opinion[row]] for c in np.argsort(-model, kind="stable")[:3]}
        fourth = np.sort(opinion[row, [*union]])[-4:][0]  # unlikely classes may be equally so, and as many candidates
        candidates = [c for c in union if opinion[row, c] >= fourth]
        assert set(np.argsort(-answer[row], kind="stable")[:3]) <= set(candidates)
        others = [c for c in likeliest[row] if c not in candidates]
        assert (np.diff(answer[row, others]) <= 0).all()
        assert answer[row, others].max() < np.sort(answer[row])[-3]


def test_a_drawing_whose_class_is_no_candidate_teaches_nothing_but_is_answered() -> None:
    stack = CandidateStacker("lambdarank", 3, CLASSES, candidates=1, most=2, inner_folds=3, rounds=5, threads=1)
    answer = stack.fit(X, Y).predict_proba(X)
    assert (top(answer, 2) != Y[:, None]).all(axis=1).any()  # such drawings there are
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)


def test_trees_learn_from_so_many_drawings_at_the_most() -> None:
    few, all_ = (
        CandidateStacker("lambdarank", 3, CLASSES, inner_folds=2, rounds=1, rows=rows, threads=1).fit(X, Y)
        for rows in (100, 900)
    )
    learned = [stack.booster_.dump_model()["tree_info"][0]["tree_structure"]["internal_count"] for stack in (few, all_)]
    assert 0 < learned[0] <= 100 * 12 < learned[1]
    np.testing.assert_array_equal(few.confusion_, all_.confusion_)


def test_an_unknown_objective_is_refused() -> None:
    with pytest.raises(BadSettings, match="lambdarank, xendcg, binary, received 'ndcg'"):
        CandidateStacker("ndcg", 3, CLASSES).fit(X, Y)


def see_the_class(stack: CandidateStacker) -> bool:
    """Whether candidates of different classes have different numbers; LightGBM adds -1, for those never seen."""
    return len(stack.booster_.dump_model()["feature_infos"]["class"]["values"]) > 2


def test_trees_see_the_class_only_where_they_may_and_by_themselves_where_half_the_classes_have_rows_enough() -> None:
    few, many = generated_oof(300, 8, seed=1), generated_oof(900, 8, seed=1)  # of 8 classes: 38 and 113 each
    for drawings, by_class, expected in (
        (few, "auto", False),
        (few, True, True),
        (many, "auto", True),
        (many, False, False),
    ):
        stack = CandidateStacker("binary", 3, 8, by_class=by_class, inner_folds=3, rounds=2, threads=1)
        assert see_the_class(stack.fit(columns_of(drawings), drawings.label)) == expected


@pytest.mark.parametrize("kind", FEATURE_KINDS)
def test_trees_ask_only_for_the_kinds_of_features_that_they_are_given(kind: FeatureKind) -> None:
    stack = CandidateStacker("binary", 3, CLASSES, features=(kind,), by_class=False, inner_folds=3, rounds=5, threads=1)
    names, gain = feature_names(4, X.shape[1] - 3 * CLASSES), stack.fit(X, Y).booster_.feature_importance("gain")
    asked = {name for name, of_name in zip(names, gain, strict=True) if of_name > 0}
    hidden = {names[column] for column in columns_without([kind], False, 4, X.shape[1] - 3 * CLASSES)}
    assert (gain.sum() > NEXT_TO_NOTHING) == (kind != "statistics")  # they tell no candidate of a drawing from another
    assert not asked & hidden


def test_every_column_is_of_one_kind_or_the_class() -> None:
    every = [{*range(len(feature_names(4, 2)))} - {*columns_without([kind], False, 4, 2)} for kind in FEATURE_KINDS]
    assert sum(map(len, every)) == len(set.union(*every)) == len(feature_names(4, 2)) - 1
    assert columns_without(FEATURE_KINDS, True, 4, 2) == []
    assert [feature_names(4, 2)[column] for column in columns_without(FEATURE_KINDS, False, 4, 2)] == [CLASS]


def test_an_unknown_kind_of_features_is_refused() -> None:
    with pytest.raises(BadSettings, match="models, agreement, reliability, priors, statistics, received 'colour'"):
        CandidateStacker("binary", 3, CLASSES, features=("models", "colour")).fit(X, Y)  # type: ignore[arg-type]


def test_another_word_for_it_is_refused() -> None:
    with pytest.raises(BadSettings, match="true, false or 'auto', received 'yes'"):
        CandidateStacker("binary", 3, CLASSES, by_class="yes").fit(X, Y)
