from concurrent.futures import ThreadPoolExecutor

import pytest

from ground.errors import BadSettings
from ground.threads import THREADS, in_threads, threads, work_by_itself


def test_threads_are_as_many_as_is_said(monkeypatch):
    monkeypatch.setenv(THREADS, "5")
    assert threads() == 5
    monkeypatch.delenv(THREADS)
    assert threads() >= 1


@pytest.mark.parametrize("said", ["0", "-1", "two", "1.5", ""])
def test_what_is_no_number_of_threads_is_refused(monkeypatch, said):
    monkeypatch.setenv(THREADS, said)
    with pytest.raises(BadSettings, match=f"whole number from 1 in {THREADS}, received '{said}'"):
        threads()


def test_a_thread_that_works_by_itself_has_one_and_the_others_have_theirs(monkeypatch):
    monkeypatch.setenv(THREADS, "5")
    with ThreadPoolExecutor(1, initializer=work_by_itself) as alone:
        assert alone.submit(threads).result() == 1
    assert threads() == 5


def test_work_in_threads_is_given_in_order():
    assert in_threads(lambda number: number**2, range(20)) == [number**2 for number in range(20)]
