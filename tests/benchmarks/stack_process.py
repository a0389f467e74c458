"""A part of the stack's benchmark in a process of its own: what it answers, and the most memory that it holds."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO, Any, cast

from tests.benchmarks.memory import peak_while
from tests.benchmarks.own_process import ROOT, command


@dataclass(frozen=True)
class Done:
    """One process that came to its end."""

    answer: dict[str, Any]  # what it printed as JSON
    peak_memory: int  # bytes, all that it imports included

    @property
    def map_at_3(self) -> float:
        return float(self.answer["map_at_3"])


def done(module: str, *arguments: object) -> Done:
    """Run `python -m tests.benchmarks.module arguments`; raises `CalledProcessError`, having shown what it said."""
    line = command(module, *arguments)
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=said) as process:
            peak = peak_while(process)
            answer = cast(IO[bytes], process.stdout).read()
        if process.returncode:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise subprocess.CalledProcessError(process.returncode, line)
    return Done(json.loads(answer), peak)
