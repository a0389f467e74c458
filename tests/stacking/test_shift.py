import numpy as np
import pytest

from ground.errors import IncompleteOOF
from stacking.blends import GeometricBlend, MeanBlend
from stacking.shift import answer_by_fold

CLASSES, MODELS, ROWS = 4, 2, 50
FOLDS = [
    np.hstack([np.random.default_rng([fold, m]).dirichlet(np.ones(CLASSES), ROWS) for m in range(MODELS)])
    for fold in range(3)
]
NO_LABELS = np.zeros(ROWS, np.int64)


def test_each_fold_is_answered_by_itself_and_the_answers_are_averaged() -> None:
    stack = GeometricBlend(MODELS, CLASSES).fit(FOLDS[0], NO_LABELS)
    answer = answer_by_fold(stack, iter(FOLDS))
    np.testing.assert_allclose(answer, np.mean([stack.predict_proba(fold) for fold in FOLDS], axis=0), atol=1e-6)
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)


def test_what_is_linear_in_the_probabilities_answers_as_it_would_the_mean() -> None:
    stack = MeanBlend(MODELS, CLASSES).fit(FOLDS[0], NO_LABELS)
    np.testing.assert_allclose(answer_by_fold(stack, FOLDS), stack.predict_proba(np.mean(FOLDS, axis=0)), atol=1e-6)


def test_without_a_fold_there_is_no_answer() -> None:
    with pytest.raises(IncompleteOOF, match="received none"):
        answer_by_fold(MeanBlend(MODELS, CLASSES).fit(FOLDS[0], NO_LABELS), [])
