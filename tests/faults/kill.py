"""Runs killed at random moments, begun again each time, against one that was left alone: the same files come out.

    python -m tests.faults.kill --rounds 30

A round starts the run, lets it go on to a random moment of some step and kills it with SIGKILL: all of its processes
as a power cut does, its main one alone, or one of its workers. Steps take turns, so that also those of an instant are
met. What was under way at a kill must be gone on with, what was whole must stay. A run that gets to its end is compared
and the next one begun, until all kills are spent; one that comes when all results are there meets nothing, and does not
count. The run is one of seconds (`small.py`), unless a preset is named.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console

from base_models.checkpoint import SECONDS
from pipelines.run_folder import RunFolder
from tests.faults.same_results import differences
from tests.faults.small import write_small_settings
from tests.faults.steps_reached import STEPS, WHOLE, step_of

ROOT = Path(__file__).resolve().parents[2]
WHOM = ("all", "main", "worker")
LONGEST = 1800.0  # seconds that a run left alone may take
LOOK = 0.002  # seconds between two looks at a run's files, at the least: writing a part takes few more
IDLE = 10.0  # times as long as a look takes until the next one, so that looking leaves the cores to the run
A_ROUND = 1.1  # times an undisturbed run, with the runs in between that are let through


@dataclass(frozen=True)
class Round:
    """What one kill met."""

    step: str
    seconds: float
    whom: str
    exit: int

    def __str__(self) -> str:
        return f"{self.step:<10} killed after {self.seconds:6.1f} s  {self.whom:<6}  exit code {self.exit}"


def begin(out: Path, options: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """The run, in a process group of its own; a training saves its state as often as it may."""
    command = [sys.executable, "-m", "pipelines", "run", "--out", str(out), "--deterministic", *options]
    with log.open("wb") as file:
        environment = {SECONDS: "0", **os.environ}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True)


def undisturbed(out: Path, options: Sequence[str], log: Path) -> dict[str, float]:
    """Let a run come to its end; gives the seconds that each of its steps took."""
    process, seconds, began = begin(out, options, log), Counter[str](), time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        step = look(RunFolder(out))
        seconds[step] += time.monotonic() - now
        if now - began > LONGEST:
            process.kill()
    if process.returncode != 0:
        sys.exit(f"the run without kills failed:\n{log.read_text(errors='replace')}")
    return dict(seconds)


def look(run: RunFolder) -> str:
    """The step that a run is at, and a pause."""
    began = time.monotonic()
    step = step_of(run)
    time.sleep(max(LOOK, IDLE * (time.monotonic() - began)))
    return step


def kill(process: subprocess.Popen[bytes], whom: str) -> str:
    """SIGKILL to all, the main process or one worker; then the rest of them must end by itself. Gives whom it met."""
    if whom == "all":
        os.killpg(process.pid, signal.SIGKILL)
    elif whom == "main":
        process.kill()
    else:
        workers = [child for child in psutil.Process(process.pid).children() if "Loky" in " ".join(child.cmdline())]
        (random.choice(workers) if workers else process).kill()
        return whom if workers else "main"
    return whom


def left_behind(group: int) -> list[psutil.Process]:
    """The living processes of a process group."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        except ProcessLookupError:
            continue
    return found


def one_round(
    out: Path, options: Sequence[str], target: str, wait: float, starts: float, whom: str, log: Path
) -> Round | None:
    """Run up to the step `target` and some seconds into it, then kill; None where the run had come to its end.

    A step that is the first to be done has begun when the process has started up, which takes `starts` seconds.
    """
    run, began = RunFolder(out), time.monotonic()
    first = step_of(run)
    process = begin(out, options, log)
    reached = began + starts if target == first != STEPS[0] else None
    while process.poll() is None and (reached is None or time.monotonic() < reached + wait):
        now, at = time.monotonic(), look(run)
        reached = now if reached is None and at in (target, WHOLE) else reached
    step = step_of(run)
    if process.poll() is None:
        whom = kill(process, whom)
    code = process.wait(LONGEST)
    psutil.wait_procs(left_behind(process.pid), timeout=LONGEST)
    return None if code == 0 else Round(step, time.monotonic() - began, whom, code)


class Kills:
    """Rounds on one run folder after another, each compared with the whole one when it has come to its end."""

    def __init__(self, folder: Path, options: Sequence[str], seed: int) -> None:
        self.folder, self.options, self.luck = folder, options, random.Random(seed)
        self.whole, self.killed, self.log = folder / "whole", folder / "killed", folder / "killed.log"
        self.steps: dict[str, float] = {}  # the seconds of each, undisturbed
        self.rounds: list[Round] = []
        self.ended, self.different = 0, list[str]()

    def measure(self) -> float:
        """Make the whole run; gives its seconds."""
        self.steps = undisturbed(self.whole, self.options, self.folder / "whole.log")
        return sum(self.steps.values())

    def one(self) -> Round | None:
        """One process more, killed or let through; None where the kill met a run that was whole."""
        target = self._target()
        wait, starts = self.luck.uniform(0, self.steps.get(target, 0)), self.steps[STEPS[0]]
        met = one_round(self.killed, self.options, target, wait, starts, self.luck.choice(WHOM), self.log)
        if met is None or met.step == WHOLE:
            self._compare()
            return None
        self.rounds.append(met)
        return met

    def finish(self) -> None:
        """Let the last one come to its end."""
        if self.killed.exists():
            if (code := begin(self.killed, self.options, self.log).wait(LONGEST)) != 0:
                self.different.append(f"the last run ended with {code}: {self.log.read_text(errors='replace')}")
            self._compare()

    def _target(self) -> str:
        """Of the steps that are not done yet the one that was met least; by chance among several."""
        at = step_of(RunFolder(self.killed))
        ahead = (STEPS[0], *STEPS[max(1, STEPS.index(at)) :])
        met = Counter(each.step for each in self.rounds)
        least = min(met[step] for step in ahead)
        return self.luck.choice([step for step in ahead if met[step] == least])

    def _compare(self) -> None:
        self.ended += 1
        self.different += differences(self.whole, self.killed)
        shutil.rmtree(self.killed)


def show(kills: Kills, console: Console) -> None:
    """How often each step was met, and the verdict."""
    met_at = Counter(met.step for met in kills.rounds)
    console.print(", ".join(f"{step} {met_at[step]}" for step in STEPS), "kills")
    console.print(f"{len(kills.rounds)} kills, {kills.ended} runs came to their end in spite of them")
    for name in kills.different:
        console.print(f"differs: {name}", style="red", markup=False)
    if kills.different:
        console.print(f"{len(kills.different)} results are not those of the undisturbed run", style="red")
    else:
        console.print("every run gave the same out-of-fold probabilities and submissions", style="green")


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Kills.")] = 30,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
    preset: Annotated[str, typer.Option(help="Of the runs, such as demo, instead of a run of seconds.")] = "",
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Settings of the run, as of `doodlestack run`.")
    ] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the runs are made; kept.")] = None,
) -> None:
    """Kill runs at random moments of each step and compare what comes out in the end."""
    place, console = folder or Path(tempfile.mkdtemp(prefix="kill-")), Console(highlight=False)
    place.mkdir(parents=True, exist_ok=True)
    base = ["--preset", preset] if preset else ["--settings", str(write_small_settings(place / "small"))]
    kills = Kills(place, [*base, *(part for change in changes or () for part in ("--set", change))], seed)
    seconds = kills.measure()
    console.print(
        f"undisturbed, a run takes {seconds:.0f} s; {rounds} kills about {rounds * seconds * A_ROUND / 60:.0f} min"
    )
    began = time.monotonic()
    while len(kills.rounds) < rounds:
        if met := kills.one():
            console.print(f"{len(kills.rounds):>3}/{rounds}  {met}")
    kills.finish()
    show(kills, console)
    console.print(f"{(time.monotonic() - began) / 60:.1f} min")
    if not folder:
        shutil.rmtree(place)
    sys.exit(1 if kills.different else 0)


if __name__ == "__main__":
    typer.run(main)
