"""What a machine does to a run: nothing is lost, and the same command completes it to the same result."""

import os
import resource
import signal
import subprocess
import time
from itertools import cycle

import psutil

from tests.faults.conftest import ROOT
from tests.faults.same_results import differences

LARGEST_FILE = 20_000  # bytes; shards are smaller, the state of a training is larger
FEW_ADDRESSES = 3_000_000_000  # bytes; Python and its libraries start with fewer, TensorFlow takes more
LONG_AGO, FAR_AHEAD = 1.0, 4_000_000_000.0  # seconds since 1970
BROKEN_DISK = """
import errno, os
sync = os.fsync

def fails(descriptor):
    if os.readlink(f"/proc/self/fd/{descriptor}").endswith(".npz"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    sync(descriptor)

os.fsync = fails
"""


def begin(command, out, modules="", **options):
    """A run; Python imports `sitecustomize` as it starts, before anything of ours, from the folder `modules`."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    path = os.pathsep.join([str(modules), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "DOODLESTACK_CHECKPOINT_SECONDS": "0", "PYTHONPATH": path}
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


def few_addresses():
    resource.setrlimit(resource.RLIMIT_AS, (FEW_ADDRESSES, FEW_ADDRESSES))


def a_worker_of(process):
    """The number of one, and all else left as it is."""
    return next(child.pid for child in psutil.Process(process.pid).children() if "Loky" in " ".join(child.cmdline()))


def date_all(out, seconds):
    """As if the clock had jumped before each file was written: one in the past, the next in the future."""
    for path, date in zip(sorted(out.rglob("*")), cycle(seconds)):
        os.utime(path, (date, date))


def test_a_run_that_meets_one_fault_after_another_comes_to_the_result_of_one_that_met_none(
    command, undisturbed, tmp_path
):
    out, modules = tmp_path / "run", tmp_path / "modules"
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(BROKEN_DISK)
    for fault, words in [
        ({"preexec_fn": few_addresses}, "Expected the right to map"),
        ({"preexec_fn": small_files_only}, "Expected room to write"),
        ({"modules": modules}, "Expected the disk to read and write"),
    ]:
        code, told = end(begin(command, out, **fault))
        assert (code, words in told) == (2, True), told

    process = begin(command, out)  # first of those that train: the last fold that is left has no worker
    until_it_trains(process, out)
    os.kill(a_worker_of(process), signal.SIGKILL)
    code, told = end(process)
    assert (code, "Fewer workers need less" in told) == (2, True), told

    for number, to_all in [(signal.SIGINT, True), (signal.SIGTERM, False)]:  # as a terminal does, as a system does
        process = begin(command, out)
        until_it_trains(process, out)
        code, told = end(process, number, to_all)
        assert (code, "stopped; the same command goes on from here" in told) == (130, True), told

    for number, to_all in [(signal.SIGKILL, True), (signal.SIGKILL, False)]:  # last: a worker left alone trains on
        process = begin(command, out)
        until_it_trains(process, out)
        end(process, number, to_all)
        date_all(out, (LONG_AGO, FAR_AHEAD))

    code, told = end(begin(command, out))
    assert code == 0, told
    assert differences(undisturbed, out) == []


def test_two_processes_on_one_run_folder_give_what_one_gives(command, undisturbed, tmp_path):
    both = [begin(command, tmp_path / "run") for _ in range(2)]
    ended = [end(process) for process in both]
    assert [code for code, _ in ended] == [0, 0], ended
    assert differences(undisturbed, tmp_path / "run") == []
