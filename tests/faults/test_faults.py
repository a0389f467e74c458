"""What a machine does to a run: nothing is lost, and the same command completes it to the same result."""

import os
import resource
import signal
import subprocess
import time

import psutil

from tests.faults.conftest import ROOT
from tests.faults.same_results import differences

LARGEST_FILE = 20_000  # bytes; shards are smaller, a trained model is larger


def begin(command, out, **options):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    environment = {**os.environ, "DOODLESTACK_CHECKPOINT_SECONDS": "0"}
    return subprocess.Popen(command(out), cwd=ROOT, env=environment, start_new_session=True, **pipes, **options)


def until_it_trains(process, out):
    """Wait until a state of a training is saved that is not there yet."""
    known = {path: path.stat().st_mtime_ns for path in out.glob("models/*/*/state.npz")}
    while not any(path.stat().st_mtime_ns != known.get(path) for path in out.glob("models/*/*/state.npz")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def end(process, number=None, to_all=False):
    """Send a signal; give the exit code and what was said, when all of the run's processes have ended."""
    if number is not None:
        (os.killpg if to_all else os.kill)(process.pid, number)
    told, _ = process.communicate(timeout=200)
    psutil.wait_procs([left for left in psutil.process_iter() if group_of(left) == process.pid], timeout=60)
    assert "Traceback" not in told
    return process.returncode, told


def group_of(process):
    try:
        return os.getpgid(process.pid) if process.status() != psutil.STATUS_ZOMBIE else None
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None


def small_files_only():
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def test_a_run_that_meets_one_fault_after_another_comes_to_the_result_of_one_that_met_none(
    command, undisturbed, tmp_path
):
    out = tmp_path / "run"
    code, told = end(begin(command, out, preexec_fn=small_files_only))
    assert (code, "Expected room to write" in told) == (2, True), told

    for number, to_all in [(signal.SIGKILL, True), (signal.SIGKILL, False)]:
        process = begin(command, out)
        until_it_trains(process, out)
        end(process, number, to_all)

    for number, to_all in [(signal.SIGINT, True), (signal.SIGTERM, False)]:  # as a terminal does, as a system does
        process = begin(command, out)
        until_it_trains(process, out)
        code, told = end(process, number, to_all)
        assert (code, "stopped; the same command goes on from here" in told) == (130, True), told

    code, told = end(begin(command, out))
    assert code == 0, told
    assert differences(undisturbed, out) == []


def test_two_processes_on_one_run_folder_give_what_one_gives(command, undisturbed, tmp_path):
    both = [begin(command, tmp_path / "run") for _ in range(2)]
    ended = [end(process) for process in both]
    assert [code for code, _ in ended] == [0, 0], ended
    assert differences(undisturbed, tmp_path / "run") == []
