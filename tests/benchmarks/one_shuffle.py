"""What `doodlestack shuffle` does, in a process of its own and with a clock.

Its memory is the command's, all that it imports included; its clock runs from when the imports are done.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import IO, cast

from pipelines.commands.options import Given
from pipelines.run_folder import RunFolder
from pipelines.shuffle import shuffle
from tests.benchmarks.memory import peak_while
from tests.benchmarks.own_process import ROOT, command


@dataclass(frozen=True)
class Shuffled:
    """What one shuffle came to."""

    seconds: float
    peak_memory: int  # bytes, of the whole process tree


def shuffle_once(data: Path, run: Path, workers: int = 0, numba_cache: Path | None = None) -> Shuffled:
    """Shuffle the drawings in `data` into a new run folder; 0 workers are as many as fit."""
    line = command("one_shuffle", data, run, workers)
    environment = {**os.environ, **({} if numba_cache is None else {"NUMBA_CACHE_DIR": str(numba_cache)})}
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=said) as process:
            peak = peak_while(process)
            answer = cast(IO[bytes], process.stdout).read()
        if process.returncode:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise subprocess.CalledProcessError(process.returncode, line)
    return Shuffled(json.loads(answer)["seconds"], peak)


def main(data: str, run: str, workers: str) -> None:
    """Print the seconds as JSON."""
    folder = RunFolder(Path(run))
    settings = Given(data=Path(data), workers=int(workers)).begun(folder)
    started = perf_counter()
    shuffle(folder, settings)
    print(json.dumps({"seconds": perf_counter() - started}))


if __name__ == "__main__":
    main(*sys.argv[1:])
