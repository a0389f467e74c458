"""The likely classes and the others together are the blend, and a correction fitted to them is the regression's own."""

import numpy as np
import pytest

from oof.scores import log_loss
from stacking.blends import WeightedBlend
from stacking.columns import Floats, softmax
from stacking.likely import LEAST_LIKELY, LikelyClasses
from stacking.linear import LinearStacker
from stacking.logistic import logistic_loss, logistic_matrix
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import columns_of

ROWS, CLASSES, MODELS, COLUMNS = 600, 30, 2, 4
RANDOM = np.random.default_rng(0)
WEIGHTS = np.array([0.9, 0.4], np.float32)
LABELS = RANDOM.integers(CLASSES, size=ROWS)
INPUTS = RANDOM.normal(size=(ROWS, COLUMNS)).astype(np.float32)
INPUTS[:, 0] += LABELS % 3


def drawn(concentration: float) -> Floats:
    """(N, M, C) of models that are the surer, the less the concentration."""
    return RANDOM.dirichlet(np.full(CLASSES, concentration), size=(ROWS, MODELS)).astype(np.float32)


def blend_of(probabilities: Floats) -> Floats:
    return softmax(WeightedBlend.scores(probabilities, WEIGHTS))


def likely_of(probabilities: Floats) -> LikelyClasses:
    return LikelyClasses.of(probabilities, WEIGHTS, np.arange(ROWS))


@pytest.mark.parametrize("concentration", [0.02, 0.2])
def test_the_likely_classes_and_the_others_as_one_are_the_blend(concentration: float) -> None:
    probabilities = drawn(concentration)
    blend, likely = blend_of(probabilities), likely_of(probabilities)
    assert 0 < len(likely.classes) < blend.size
    for row in range(0, ROWS, 7):
        own = slice(likely.starts[row], likely.starts[row + 1])
        np.testing.assert_array_equal(likely.classes[own], np.flatnonzero(blend[row] >= LEAST_LIKELY))
        np.testing.assert_allclose(np.exp(likely.scores[own]), blend[row, likely.classes[own]], rtol=1e-5)
        np.testing.assert_allclose(np.exp(likely.others[row]), 1 - blend[row, likely.classes[own]].sum(), atol=1e-6)


def test_where_all_are_likely_no_other_is_left() -> None:
    likely = likely_of(np.full((ROWS, MODELS, CLASSES), 1 / CLASSES, np.float32))
    assert (np.diff(likely.starts) == CLASSES).all()
    assert (likely.others == -np.inf).all()


def test_with_all_classes_likely_the_loss_and_its_least_are_those_of_plain_multinomial_regression() -> None:
    probabilities, penalty = drawn(5.0), 10.0
    likely, scores = likely_of(probabilities), np.log(blend_of(probabilities)).astype(np.float64)
    assert (likely.others == -np.inf).all()
    matrix = logistic_matrix(INPUTS, likely, LABELS, penalty, 200)
    answer = softmax((scores + INPUTS @ matrix).astype(np.float32))
    assert logistic_loss(INPUTS, likely, LABELS, matrix) == pytest.approx(ROWS * log_loss(answer, LABELS), rel=1e-4)
    slope = INPUTS.T @ (answer - np.eye(CLASSES)[LABELS]) + penalty * matrix  # 0 where the penalised loss is least
    at_first = INPUTS.T @ (softmax(scores.astype(np.float32)) - np.eye(CLASSES)[LABELS])
    assert np.abs(slope).max() < 0.05 * np.abs(at_first).max()


def test_a_true_class_that_is_not_likely_counts_as_one_of_the_others() -> None:
    probabilities = np.full((ROWS, MODELS, CLASSES), 1e-7, np.float32)
    probabilities[:, :, 0] = 1
    likely = likely_of(probabilities)
    matrix = np.zeros((COLUMNS, CLASSES), np.float32)
    lost = logistic_loss(INPUTS, likely, np.full(ROWS, 5), matrix)
    assert lost == pytest.approx(-float(likely.others.sum(dtype=np.float64)), rel=1e-4)


def test_unlikely_classes_keep_their_order_and_their_share_of_what_the_blend_gives_them() -> None:
    drawings = generated_oof(900, CLASSES, 3, seed=1)
    X, y = columns_of(drawings), drawings.label  # noqa: N806
    linear = LinearStacker(3, CLASSES, penalty=3.0).fit(X, y)
    answer = linear.predict_proba(X)
    blend = softmax(WeightedBlend.scores(X[:, : 3 * CLASSES].reshape(-1, 3, CLASSES), linear.weights_))
    unlikely = blend < LEAST_LIKELY
    row = int(np.minimum(unlikely.sum(axis=1), (~unlikely).sum(axis=1)).argmax())
    assert min(unlikely[row].sum(), (~unlikely[row]).sum()) > 1
    ratio = answer[row] / blend[row]
    np.testing.assert_allclose(ratio[unlikely[row]], ratio[unlikely[row]][0], rtol=1e-4)
    assert np.ptp(ratio[~unlikely[row]]) > 1e-3
