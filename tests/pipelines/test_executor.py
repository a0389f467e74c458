import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from ground.errors import BadData, BadSettings, NotEnoughRoom
from pipelines.executor import Task, TaskFailed, cores, run_tasks

CHORES = "tests.pipelines.chores"


def notes(folder: Path, count: int) -> list[Task]:
    return [
        Task(f"note {n}", f"{CHORES}:note", {"path": str(folder / f"{n}.txt"), "text": str(n)}) for n in range(count)
    ]


def session_of(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except ProcessLookupError:
        return -1


def held(folder: Path) -> list[list[str]]:
    return [file.read_text().split() for file in sorted(folder.glob("*.txt"))]


def test_one_worker_is_this_process(tmp_path):
    run_tasks(notes(tmp_path, 2), workers=1)
    assert [(text, int(process)) for text, process, _ in held(tmp_path)] == [("0", os.getpid()), ("1", os.getpid())]


def test_two_workers_are_processes_that_share_the_cores(tmp_path):
    run_tasks(notes(tmp_path, 4), workers=2)
    threads = str(max(1, cores() // 2))
    assert [(text, limit) for text, _, limit in held(tmp_path)] == [(str(n), threads) for n in range(4)]
    assert str(os.getpid()) not in {process for _, process, _ in held(tmp_path)}


def test_no_tasks_are_no_work():
    run_tasks([], workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_ours_comes_through_and_cancels_the_rest(tmp_path, workers):
    refusal = Task("refuse", f"{CHORES}:refuse", {"path": "somewhere"})
    late = [
        Task(f"sleep {n}", f"{CHORES}:sleep", {"path": str(tmp_path / f"{n}"), "seconds": 0.2 * workers})
        for n in range(20)
    ]
    with pytest.raises(BadData, match="Expected drawings in somewhere, received none"):
        run_tasks([refusal, *late], workers=workers)
    assert len(list(tmp_path.iterdir())) < 20


def test_an_error_amid_many_short_tasks_fails_no_thread(tmp_path, monkeypatch):
    failed = []
    monkeypatch.setattr(threading, "excepthook", lambda failure: failed.append(failure.exc_value))
    refusal = Task("refuse", f"{CHORES}:refuse", {"path": "somewhere"})
    for n in range(3):
        folder = tmp_path / str(n)
        folder.mkdir()
        with pytest.raises(BadData):
            run_tasks([*notes(folder, 64)[:4], refusal, *notes(folder, 64)[4:]], workers=2)
    assert not failed
    assert not any(thread.name == "ExecutorManagerThread" for thread in threading.enumerate())


@pytest.mark.parametrize("workers", [1, 2])
def test_another_error_carries_the_task_and_its_traceback(tmp_path, workers):
    with pytest.raises(TaskFailed, match=r"(?s)stumble failed:.*chores\.py.*ZeroDivisionError: a bug"):
        run_tasks([Task("stumble", f"{CHORES}:stumble", {}), *notes(tmp_path, 1)], workers=workers)


def test_a_killed_worker_is_told_as_want_of_memory(tmp_path):
    with pytest.raises(NotEnoughRoom, match="Fewer workers need less"):
        run_tasks([Task("die", f"{CHORES}:die", {}), *notes(tmp_path, 1)], workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_want_of_memory_is_told_in_one_line_and_the_command_goes_on(tmp_path, workers):
    with pytest.raises(NotEnoughRoom, match=r"Expected enough memory, received: .*fewer workers.*goes on from there"):
        run_tasks([Task("hoard", f"{CHORES}:hoard", {}), *notes(tmp_path, 1)], workers=workers)


def test_an_interrupt_ends_the_workers_at_once(tmp_path):
    arguments = {"path": str(tmp_path / "slept"), "seconds": 30.0}
    script = (
        "import signal\nfrom pipelines.executor import Task, run_tasks\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a parent in the background has it ignored
        f"tasks = [Task(str(n), '{CHORES}:sleep', {arguments}) for n in range(2)]\n"
        f"tasks += [Task('ready', '{CHORES}:note', dict(path={str(tmp_path / 'ready')!r}, text=''))]\n"
        "run_tasks(tasks[::-1], workers=2)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, stderr=subprocess.PIPE)
    while not (tmp_path / "ready").exists():
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the parent and the workers
    process.communicate(timeout=20)  # the tasks would sleep for 30
    left = [other for other in psutil.process_iter() if other.is_running() and session_of(other) == process.pid]
    _, alive = psutil.wait_procs([other for other in left if other.status() != psutil.STATUS_ZOMBIE], timeout=3)
    assert not alive


def test_no_scheduler_at_the_address_is_said_so(monkeypatch):
    monkeypatch.setattr("pipelines.executor.PATIENCE", 0.5)
    with pytest.raises(BadSettings, match="Expected a dask scheduler at"):
        run_tasks([Task("stumble", f"{CHORES}:stumble", {})], scheduler="tcp://127.0.0.1:9")


@pytest.fixture(scope="module")
def dask_address(tmp_path_factory):
    """A dask scheduler with two worker processes of their own on loopback."""
    folder = tmp_path_factory.mktemp("dask")
    address_file = folder / "scheduler.json"
    place = ["--scheduler-file", str(address_file)]
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *place],
        *[["worker", "--nthreads", "1", "--no-dashboard", "--no-nanny", *place] for _ in range(2)],
    ]
    processes = []
    for command in commands:
        log = (folder / f"{len(processes)}.log").open("w")
        processes.append(
            subprocess.Popen([sys.executable, "-m", "dask", *command], stdout=log, stderr=log, cwd=os.getcwd())
        )
        log.close()
        while not address_file.exists() and processes[0].poll() is None:
            time.sleep(0.05)
    yield json.loads(address_file.read_text())["address"]
    for process in reversed(processes):
        process.terminate()
        process.wait()


def test_two_dask_workers_take_the_tasks(tmp_path, dask_address):
    tasks = [
        *notes(tmp_path, 2),
        *[Task(f"sleep {n}", f"{CHORES}:sleep", {"path": str(tmp_path / f"{n}"), "seconds": 0.2}) for n in range(2)],
    ]
    run_tasks(tasks, scheduler=dask_address)
    assert len(list(tmp_path.iterdir())) == 4
    assert str(os.getpid()) not in {process for _, process, _ in held(tmp_path)}


def test_an_error_on_a_dask_worker_comes_through(dask_address):
    with pytest.raises(BadData, match="Expected drawings in somewhere"):
        run_tasks([Task("refuse", f"{CHORES}:refuse", {"path": "somewhere"})], scheduler=dask_address)
