"""The process that reads: what it does with one input, and how much memory that may take."""

import contextlib
import os
import re
import resource
import time
import traceback
import warnings
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from ground.errors import DoodlestackError
from tests.faults.fuzz.archives import TRAP
from tests.faults.fuzz.reader import Files, Input, Kind, Outcome, Reader

MEMORY = 1 << 30  # bytes that the process may hold at any moment; of libraries, all but their code
LONGEST_MESSAGE = 3100  # characters


@dataclass(frozen=True)
class Answer:
    """What came of one input."""

    kind: str  # accepted, refused, or what is wrong: silent, unnamed, traceback, memory, executed, crash, hang
    error: str = ""  # the class of it
    text: str = ""  # the message or the traceback
    rows: int = 0
    bad_rows: int = 0
    memory: int = 0  # bytes at the most
    seconds: float = 0.0  # of processor time


def work(pipe: Connection, log: Path, readers: str) -> None:
    """Answer `(reader, folder)` with the number of crafted inputs, then each `(kind, seed, number)` twice:
    with the title of the input before it is read, and with an `Answer`.

    `readers` is the module of `READERS`; what libraries print goes to `log`.
    """
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    warnings.simplefilter("error", RuntimeWarning)  # a number that does not fit would be a silent wrong result
    known: dict[str, Reader] = import_module(readers).READERS
    with contextlib.suppress(EOFError):  # the judge has gone
        while True:
            match pipe.recv():
                case name, folder:
                    bench = Bench(known[name], folder)
                    pipe.send(sum(1 for _ in bench.reader.crafted(bench.whole)))
                case kind, seed, number:
                    made = bench.lay(kind, seed, number)
                    pipe.send(made.title)
                    pipe.send(bench.answer(made))
                    bench.clear(made)


class Bench:
    """One reader with its whole files in a folder, one of which at a time is spoiled."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        """Reads each whole file once: libraries and compiled code are then loaded, and no input pays."""
        _limit_memory(resource.RLIM_INFINITY)
        folder.mkdir()
        os.chdir(folder)  # where a trap would spring
        self.reader, self.folder = reader, folder
        self.whole: Files = {name: (folder / name).read_bytes() for name in reader.prepare(folder)}
        self._digests = {name: reader.read(folder, name).digest for name in self.whole}
        _limit_memory(_status("VmSize") + MEMORY)

    def lay(self, kind: Kind, seed: int, number: int) -> Input:
        """Make an input and write its files."""
        made = self.reader.input(self.whole, kind, seed, number)
        for name, content in made.files.items():
            (self.folder / name).write_bytes(content)
        return made

    def answer(self, made: Input) -> Answer:
        Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
        began, name = time.process_time(), next(iter(made.files))
        outcome = Outcome(0)
        try:
            outcome = self.reader.read(self.folder, name)
            as_it_was = outcome.digest == self._digests.get(name)
            kind = "silent" if self.reader.has_checksums and not made.resealed and not as_it_was else "accepted"
            error, text = "", "accepted, and read as something else" if kind == "silent" else ""
        except DoodlestackError as raised:
            kind, error, text = self._refused(str(raised), name), type(raised).__name__, str(raised)
        except BaseException as raised:
            wrong = {AssertionError: "silent", MemoryError: "memory"}
            kind, error, text = wrong.get(type(raised), "traceback"), type(raised).__name__, traceback.format_exc()
        seconds, memory = time.process_time() - began, _status("VmHWM") - _status("RssFile")
        if memory > MEMORY:
            kind = "memory"
        if any((place / TRAP).exists() for place in (self.folder, *self.folder.parents[:2])):
            kind = "executed"
        return Answer(kind, error, text, outcome.rows, outcome.bad_rows, memory, seconds)

    def clear(self, made: Input) -> None:
        """Put the whole files back."""
        for name in made.files:
            if name in self.whole:
                (self.folder / name).write_bytes(self.whole[name])
            else:
                (self.folder / name).unlink()

    def _refused(self, message: str, name: str) -> str:
        """Whether a message names the file, or the folder where that is the unit, and can be read."""
        named = Path(name).name in message or (self.reader.of_a_folder and str(self.folder) in message)
        return "refused" if named and len(message) <= LONGEST_MESSAGE else "unnamed"


def _limit_memory(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def _status(field: str) -> int:
    """Bytes of this process, by the kernel's account of it: the fuzzer runs on Linux only."""
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
