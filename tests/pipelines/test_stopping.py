import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import psutil
import pytest

from pipelines.stopping import SIGNALS, heard_stop

CHORES = "tests.pipelines.chores"
RUN = (
    "import sys\nfrom pipelines.executor import Task, run_tasks\n"
    "from pipelines.stopping import end_when_stopped\nend_when_stopped()\n"
    "chore, folder = sys.argv[1:]\n"
    f"tasks = [Task(str(n), f'{CHORES}:{{chore}}', dict(path=f'{{folder}}/{{n}}')) for n in range(2)]\n"
    "run_tasks(tasks, workers=2)"
)


@pytest.fixture
def running(tmp_path):
    """Starts two workers at a chore that says when it has begun, in a process group of their own."""
    started = []

    def start(chore):
        command = [sys.executable, "-c", RUN, chore, str(tmp_path)]
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)
        started.append(process)
        while len(list(tmp_path.glob("*.begun"))) < 2:
            assert process.poll() is None
            time.sleep(0.05)
        return process

    yield start
    for process in started:
        for left in of_group(process.pid):
            left.kill()
        process.communicate()


def of_group(group):
    """The living processes of a group."""
    alive = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                alive.append(process)
        except ProcessLookupError:
            continue
    return alive


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_heard_and_ends_nothing(number):
    before = signal.getsignal(number)
    seen = []
    with suppress(KeyboardInterrupt):
        with heard_stop() as stop:
            seen.append(stop())
            os.kill(os.getpid(), number)
            seen.append(stop())
        seen.append("beyond the block's end")
    with heard_stop() as stop:
        seen.append(stop())
    assert seen == [False, True, False]
    assert signal.getsignal(number) == before


def test_a_thread_leaves_the_signals_as_they_are():
    seen = []

    def hear():
        with heard_stop() as stop:
            seen.extend([signal.getsignal(signal.SIGINT), stop()])

    thread = threading.Thread(target=hear)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT), False]


@pytest.mark.parametrize("number", SIGNALS)
def test_workers_put_down_what_they_do_when_their_parent_is_asked_to_stop(running, tmp_path, number):
    process = running("put_down")
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode != 0
    assert [(tmp_path / str(n)).read_text() for n in range(2)] == ["put down", "put down"]
    _, alive = psutil.wait_procs(of_group(process.pid), timeout=10)  # loky's tracker of resources ends after its parent
    assert not alive


@pytest.mark.parametrize("to_all", [False, True])  # as a terminal does: to the workers, too
def test_workers_with_nothing_to_put_down_hold_up_no_stop(running, tmp_path, to_all):
    process = running("wait_long")
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=20)  # the tasks would take 60
    assert b"Exception ignored" not in told
    _, alive = psutil.wait_procs(of_group(process.pid), timeout=10)
    assert not alive
    assert list(tmp_path.glob("[0-9]")) == []


AMID = (
    "import sys, weakref\nfrom pathlib import Path\nfrom ground.files import whole_file\n"
    "from pipelines.stopping import end_when_stopped\nend_when_stopped()\n"
    "class Thing:\n    def __del__(self):\n        Path(sys.argv[1], 'begun').touch()\n        while True: pass\n"
    "with whole_file(Path(sys.argv[1], 'half')) as path:\n    path.touch()\n    Thing()"
)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_ends_also_where_python_would_pass_over_an_exception(number, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", AMID, str(tmp_path)], stderr=subprocess.PIPE)
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (130, b"stopped; the same command goes on from here\n")
    assert [path.name for path in tmp_path.iterdir()] == ["begun"]


@pytest.mark.parametrize("chore", ["put_down", "wait_long"])
def test_workers_end_after_their_parent_was_killed(running, tmp_path, chore):
    process = running(chore)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(of_group(process.pid), timeout=10)
    assert not alive
    assert len(list(tmp_path.glob("[0-9]"))) == (2 if chore == "put_down" else 0)
