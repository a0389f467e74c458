"""Runs independent, restartable tasks: on this machine by joblib, or on many by dask.distributed.

A task is an importable function and plain arguments (paths, names, numbers), never arrays: it reads what
it needs from the run folder and leaves its result there, so any process or machine that sees the folder
can take it, and a task that is repeated after a crash finds what is already whole.
"""

import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, wait
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe, active_children
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pkgutil import resolve_name
from typing import Any, cast

from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.backend.process import LokyProcess
from joblib.externals.loky.process_executor import TerminatedWorkerError

from ground.errors import BadSettings, DoodlestackError, NotEnoughRoom
from ground.faults import GO_ON, told
from pipelines.memory import available_memory
from pipelines.progress import Board
from pipelines.stopping import GRACE, begin_worker, heard_stop, held_back

WORKER_MEMORY = 2.5e9  # bytes; TensorFlow 0.5 GB, a small model with its gradients and a batch 1 GB, and as much room
KEPT_MEMORY = {  # for glibc, bytes; elsewhere without effect
    "MALLOC_ARENA_MAX": "1",  # arenas beside the main one are small, so large arrays would bypass them
    "MALLOC_MMAP_THRESHOLD_": str(4 * 2**30),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30),
    "MALLOC_TOP_PAD_": str(256 * 2**20),
}
SHARED_GPU = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}  # not all of it for one
PATIENCE = 10.0  # seconds that a scheduler has to answer
LOOK = 0.2  # seconds between two looks whether a stop was asked for

Plain = str | int | float | bool | None | list[Any] | tuple[Any, ...] | dict[str, Any]
Ended = Generator[str, None, None]  # the names of tasks as they end


class TaskFailed(RuntimeError):
    """A task ended in an error that is not one of ours; the text holds its name and the worker's traceback."""


@dataclass(frozen=True)
class Task:
    """One call of `function(**arguments)`, given by its name `package.module:function`.

    `state` says in a few words how far the task is, read in the parent while the task runs (from a file, say).
    """

    name: str
    function: str
    arguments: dict[str, Plain]
    state: Callable[[], str] = field(default=lambda: "")


def run_tasks(tasks: Sequence[Task], workers: int = 0, scheduler: str = "", title: str = "") -> None:
    """Run all tasks, with a progress bar; the first error cancels the rest and comes through.

    `workers` processes share this machine's cores evenly (0: as many as cores and free memory allow; 1: no process
    of its own). With `scheduler` the workers of that dask cluster take the tasks:
    they need this package, the same run folder under the same path, `--nthreads 1`, and the environment that
    `worker_environment` names where several share a machine.
    Raises the task's own `DoodlestackError`, `TaskFailed` for any other error in it, `NotEnoughRoom` when the
    system kills a worker.
    """
    if not tasks:
        return
    if scheduler:
        ended = _on_cluster(tasks, scheduler)
    elif (count := min(workers or workers_that_fit(), len(tasks))) > 1:
        ended = _in_processes(tasks, count)
    else:
        ended = _in_this_process(tasks)
    with closing(ended), Board(title, {task.name: task.state for task in tasks}) as board:
        for name in ended:
            board.ended(name)


def workers_that_fit() -> int:
    """Processes that this machine's cores and free memory hold."""
    return max(1, min(cores(), int(available_memory() // WORKER_MEMORY)))


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def worker_environment(threads: int) -> dict[str, str]:
    """The environment of a worker process: `threads` threads for our kernels, OpenMP and TensorFlow, and memory kept.

    A training step frees the same large arrays that the next one asks for. By default glibc hands them back to the
    system each time, and to fetch them anew took as long as most of the arithmetic: `gray64_cnn` trained on 113
    drawings/s a core before, on 235 after. It must stand in the environment: once a process has a second arena, its
    threads go on using it.
    """
    own = ("DOODLESTACK_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    return {**dict.fromkeys(own, str(threads)), "TF_NUM_INTEROP_THREADS": "1", **KEPT_MEMORY}


def perform(name: str, function: str, arguments: dict[str, Plain]) -> str:
    """Do one task, wherever this process is; gives back its name."""
    try:
        resolve_name(function)(**arguments)
    except Exception as error:
        if isinstance(mendable := told(error), DoodlestackError):
            raise mendable from None
        # other errors may hold what cannot travel between processes, so their text travels
        raise TaskFailed(f"{name} failed:\n{traceback.format_exc()}") from None
    return name


def _in_this_process(tasks: Sequence[Task]) -> Ended:
    for task in tasks:
        yield perform(task.name, task.function, task.arguments)


def _in_processes(tasks: Sequence[Task], workers: int) -> Ended:
    environment = {**worker_environment(max(1, cores() // workers)), **SHARED_GPU}
    # a worker that has grown is replaced between two tasks; to tell of it would only worry
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)
    still, says_still = Pipe(duplex=False)
    with heard_stop() as stop, still, says_still:
        begin = {"initializer": begin_worker, "initargs": (os.getpid(), says_still)}
        executor = ProcessPoolExecutor(workers, env=environment, **begin)
        with held_back():  # the workers, and the thread that replaces them
            futures = [executor.submit(perform, task.name, task.function, task.arguments) for task in tasks]
        try:
            yield from _as_they_end(futures, wait, stop)
        except KeyboardInterrupt:
            _let_put_down(futures, still)
            raise
        except TerminatedWorkerError as error:
            raise NotEnoughRoom(
                f"Expected {workers} workers to live, the system ended one, most likely for want of memory. "
                f"Fewer workers need less. {GO_ON}"
            ) from error
        finally:
            _end_workers(futures)
            executor.shutdown(wait=True)


def _as_they_end(futures: Iterable[Any], wait_for: Callable[..., Any], stop: Callable[[], bool]) -> Ended:
    """The results of futures in the order of their ends; raises `KeyboardInterrupt` where a stop was asked for."""
    left = set(futures)
    while left:
        done, left = wait_for(left, timeout=LOOK, return_when="FIRST_COMPLETED")
        if stop():
            raise KeyboardInterrupt
        for future in done:
            yield future.result()


def _end_workers(futures: Sequence[Future[str]]) -> None:
    """Kill the workers; the executor then ends as one that lost them.

    Its own way (`shutdown(kill_workers=True)`) forgets the tasks that wait before it stops handing them out, and its
    thread fails when a worker took one just before.
    """
    for future in futures:
        future.cancel()
    for worker in _workers():
        with suppress(ProcessLookupError):  # it ended by itself
            os.kill(cast(int, worker.pid), signal.SIGKILL)


def _let_put_down(futures: Sequence[Future[str]], still: Connection) -> None:
    """Ask all workers to stop, and wait until they have put down what is under way; not longer than `GRACE`."""
    for future in futures:
        future.cancel()
    moving = {worker.pid: worker for worker in _workers()}
    for worker in moving.values():
        worker.terminate()
    deadline = time.monotonic() + GRACE
    while any(worker.is_alive() for worker in moving.values()) and time.monotonic() < deadline:
        if still.poll(LOOK):
            moving.pop(still.recv(), None)


def _workers() -> list[BaseProcess]:
    """Those of loky: a program that calls this one may have children of its own."""
    return [child for child in active_children() if isinstance(child, LokyProcess)]


def _on_cluster(tasks: Sequence[Task], address: str) -> Ended:
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise BadSettings(
            "Expected the package distributed for --scheduler, it is not installed: pip install 'doodlestack[dask]'."
        ) from error
    try:
        client = Client(address, timeout=PATIENCE)
    except OSError as error:
        raise BadSettings(
            f"Expected a dask scheduler at {address}, none answered within {PATIENCE:g} s. Start it, or "
            "give --scheduler '' for this machine."
        ) from error
    with client, heard_stop() as stop:
        futures = [
            client.submit(perform, task.name, task.function, task.arguments, pure=False, key=f"{task.name}-{place}")
            for place, task in enumerate(tasks)
        ]
        try:
            yield from _as_they_end(futures, _wait_on_cluster, stop)
        except KilledWorker as error:
            raise NotEnoughRoom(f"Expected the workers at {address} to live, received: {error}. {GO_ON}") from error
        finally:
            client.cancel(futures)


def _wait_on_cluster(futures: set[Any], timeout: float, return_when: str) -> tuple[set[Any], set[Any]]:
    """Like `concurrent.futures.wait`."""
    from distributed import wait as wait_on_cluster

    try:
        ended = wait_on_cluster(futures, timeout, return_when)
    except TimeoutError:
        return set(), futures
    return ended.done, ended.not_done
