import numpy as np
import pytest

from oof.scores import average_precision_at_3
from stacking.rivals import Rivals

ROWS, MODELS, CLASSES = 400, 3, 7


def eighths(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of whole eighths, so that ties are many and sums are exact."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(8, np.full(CLASSES, 1 / CLASSES), size=(ROWS, MODELS))
    return (counts / 8).astype(np.float32), rng.integers(CLASSES, size=ROWS)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weights", [(1, 1, 1), (5, 1, 0), (0, 0, 1), (2, 3, 1)])
def test_the_rivals_tell_the_average_precision_of_any_weighted_blend(seed: int, weights: tuple[int, ...]) -> None:
    probabilities, labels = eighths(seed)
    probabilities = np.maximum(probabilities, np.float32(2**-10))  # above the least that is told apart
    rivals = Rivals.of(probabilities, labels)
    expected = average_precision_at_3(np.einsum("nmc,m->nc", probabilities, np.float32(weights)), labels)
    received = rivals.precision(rivals.leads(np.asarray) @ np.float32(weights))
    np.testing.assert_array_equal(received, expected[rivals.rows])


def test_rows_without_rivals_have_the_same_average_precision_in_any_blend() -> None:
    probabilities, labels = eighths(0)
    settled = np.setdiff1d(np.arange(ROWS), Rivals.of(probabilities, labels).rows)
    assert 0 < len(settled) < ROWS
    of_models = [average_precision_at_3(probabilities[settled, m], labels[settled]) for m in range(MODELS)]
    np.testing.assert_array_equal(of_models[0], of_models[1])
    np.testing.assert_array_equal(of_models[0], of_models[2])


def test_one_model_has_no_rivals() -> None:
    probabilities, labels = eighths(0)
    assert len(Rivals.of(probabilities[:, :1], labels).rows) == 0
