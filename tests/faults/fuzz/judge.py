"""Inputs named to a worker one by one, and what is said of a worker that does not answer."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from tests.faults.fuzz.reader import Kind, Reader
from tests.faults.fuzz.worker import Answer, work

LONGEST = 5.0  # seconds of processor time for one input; on an idle machine that is the time on the clock
PATIENCE = 300.0  # seconds on the clock, for what waits without working, on a machine that may be busy
PREPARING = 1800.0  # seconds on the clock to write and read the whole files once
LOOK = 0.2  # seconds between looks at a silent worker
CRAFTED, BUILT = 0.15, 0.2  # shares of the inputs that are made by hand at the most, and built where a reader has such
GOOD = ("accepted", "refused")


@dataclass(frozen=True)
class Verdict:
    """What came of one input, and how to make it again."""

    reader: str
    kind: Kind
    seed: int
    number: int
    title: str
    answer: Answer

    @property
    def violates(self) -> bool:
        return self.answer.kind not in GOOD

    @property
    def command(self) -> str:
        again = f"--reader '{self.reader}' --seed {self.seed} --input {self.kind}:{self.number}"
        return f"python -m tests.faults.fuzz {again}"


class Judge:
    """Holds one worker to its limits, reader after reader; a worker that crashes or hangs is replaced."""

    def __init__(self, root: Path, readers: str = "tests.faults.fuzz.readers") -> None:
        self._root, self._log, self._readers = root, root / "said.log", readers
        self._process: Any = None
        self._reader: Reader | None = None  # whose whole files the worker has

    def __enter__(self) -> "Judge":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def try_out(self, reader: Reader, seed: int, count: int) -> Iterator[Verdict]:
        """A verdict on each of `count` inputs, the crafted ones first."""
        crafted = min(self._prepare(reader), int(CRAFTED * count))
        built = round(BUILT * count) if reader.built is not None else 0
        shares: dict[Kind, int] = {"crafted": crafted, "built": built, "mutated": count - crafted - built}
        for kind, share in shares.items():
            for number in range(share):
                yield self.verdict(reader, kind, seed, number)

    def verdict(self, reader: Reader, kind: Kind, seed: int, number: int) -> Verdict:
        """Have one input made and read."""
        if self._reader != reader:
            self._prepare(reader)
        self._pipe.send((kind, seed, number))
        title, answer = "not yet made", Answer("hang")
        try:
            title = self._received(PREPARING)
            answer = self._received(PATIENCE, LONGEST)
        except EOFError:
            self._process.join()
            answer = Answer("crash", f"exit code {self._process.exitcode}", self._said())
        except TimeoutError:
            answer = Answer("hang", "", "no answer")
        if answer.kind in ("crash", "hang"):
            self._end()
        elif answer.seconds > LONGEST:
            answer = replace(answer, kind="hang")
        return Verdict(reader.name, kind, seed, number, title, answer)

    def _prepare(self, reader: Reader) -> int:
        """Whole files in a fresh folder; gives how many inputs are made by hand."""
        if self._reader is not None and reader.alone != self._reader.alone:
            self._end()
        if self._process is None:
            self._begin()
        folder = self._root / "data" / reader.name.replace(" ", "_")
        folder.parent.mkdir(exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        self._pipe.send((reader.name, folder))
        try:
            crafted = int(self._received(PREPARING))
        except (EOFError, TimeoutError) as error:
            raise RuntimeError(f"Expected {reader.name} to read whole files, received:\n{self._said()}") from error
        self._reader = reader
        return crafted

    def _begin(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, self._log, self._readers), daemon=True)
        self._process.start()
        theirs.close()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = self._reader = None

    def _received(self, patience: float, longest: float = float("inf")) -> Any:
        """What the worker sends; raises EOFError where it ended, TimeoutError where it works or waits too long."""
        began, worked = time.monotonic(), self._worked()
        while not self._pipe.poll(LOOK):
            if self._worked() - worked > longest or time.monotonic() - began > patience:
                raise TimeoutError
        return self._pipe.recv()

    def _worked(self) -> float:
        """Seconds of processor time; none once the process has ended."""
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return float(times.user + times.system)

    def _said(self) -> str:
        """The end of what the worker and its libraries printed."""
        return self._log.read_text(errors="replace")[-3000:]
