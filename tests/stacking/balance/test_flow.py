import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from stacking.balance.flow import assigned


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sharpness", [0.1, 1.0, 5.0])
def test_no_other_assignment_is_likelier(seed: int, sharpness: float) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 12, size=9)
    rows = int(sizes.sum())
    logs = (sharpness * rng.normal(size=(rows, 9))).astype(np.float32)
    answer, prices = assigned(logs, sizes)
    np.testing.assert_array_equal(np.bincount(answer, minlength=9), sizes)
    row, place = linear_sum_assignment(np.repeat(logs, sizes, axis=1), maximize=True)
    greatest = np.repeat(logs, sizes, axis=1)[row, place].sum()
    assert greatest - rows * 1e-3 <= logs[np.arange(rows), answer].sum() <= greatest + 1e-3
    # and at these prices nobody would rather be elsewhere
    worth = logs - prices
    assert (worth[np.arange(rows), answer] >= worth.max(axis=1) - 1e-3 - 1e-5).all()
