import numpy as np
import pytest

from features.cores import over_cores
from ground.threads import THREADS


@pytest.mark.parametrize("workers", ["1", "2", "5"])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 1000])
def test_every_row_is_worked_exactly_once(monkeypatch, workers, count):
    monkeypatch.setenv(THREADS, workers)
    worked = np.zeros(count, int)

    def kernel(first, last, rows):
        rows[first:last] += 1

    over_cores(kernel, count, worked)
    assert (worked == 1).all()


def test_an_error_in_a_kernel_is_not_lost(monkeypatch):
    monkeypatch.setenv(THREADS, "2")

    def kernel(first, last):
        raise ValueError(f"in {first}")

    with pytest.raises(ValueError, match="in 0"):
        over_cores(kernel, 1000)
