import subprocess
import sys
import threading

import pytest

from ground.locks import is_locked, locked

HOLD = (
    "import sys, time\nfrom pathlib import Path\nfrom ground.locks import locked\n"
    "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "locks" / "train"


@pytest.fixture
def other(path):
    """Another process that holds the lock until its stdin is closed."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=pipe, stdout=pipe) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_lock_is_held_through_the_block_and_free_after_it(path):
    assert not is_locked(path)
    with locked(path) as held:
        assert held
        assert is_locked(path)
    assert not is_locked(path)


def test_what_another_process_holds_is_not_held_here(path, other):
    assert is_locked(path)
    with locked(path, wait=False) as held:
        assert not held
    assert is_locked(path)


def test_whoever_waits_is_told_once_and_goes_on_when_the_other_lets_go(path, other):
    told = []

    def on_wait():
        told.append("waits")
        threading.Timer(0.2, other.stdin.close).start()

    with locked(path, on_wait=on_wait) as held:
        assert held
    assert told == ["waits"]


def test_the_lock_of_a_killed_process_is_free(path, other):
    other.kill()
    other.wait()
    with locked(path, wait=False) as held:
        assert held


def test_an_error_in_the_block_comes_through_and_frees_the_lock(path):
    with pytest.raises(ZeroDivisionError), locked(path):
        raise ZeroDivisionError
    assert not is_locked(path)
