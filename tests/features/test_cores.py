import numpy as np
import pytest

from features.cores import over_cores
from ground.errors import BadSettings
from ground.threads import THREADS, threads


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


def test_the_environment_limits_the_threads(monkeypatch):
    monkeypatch.setenv(THREADS, "3")
    assert threads() == 3
    monkeypatch.delenv(THREADS)
    assert threads() >= 1


@pytest.mark.parametrize("value", ["0", "-1", "two", ""])
def test_a_number_of_threads_that_is_none_is_refused(monkeypatch, value):
    monkeypatch.setenv(THREADS, value)
    with pytest.raises(BadSettings, match="whole number from 1 in DOODLESTACK_THREADS"):
        threads()
