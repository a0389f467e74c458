"""Runs killed at random moments, begun again each time, against one that was left alone: the same files come out.

    python -m tests.faults.kill --rounds 30

A round starts the run, lets it go on for a random time and kills it with SIGKILL: all of its processes as a power
cut does, its main one alone, or one of its workers. What was under way at a kill must be gone on with, what was
whole must stay. A run that gets to its end is compared and the next one begun, until all kills are spent.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import psutil
import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
WHOM = ("all", "main", "worker")
LONGEST = 1800.0  # seconds that a run left alone may take


@dataclass(frozen=True)
class Round:
    """What one kill met."""

    seconds: float
    whom: str
    exit: int
    said: str


def begin(out: Path, options: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """The run, in a process group of its own."""
    command = [sys.executable, "-m", "pipelines", "run", "--out", str(out), "--deterministic", *options]
    with log.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, start_new_session=True)


def kill(process: subprocess.Popen[bytes], whom: str) -> None:
    """SIGKILL to all, the main process or one worker; then the rest of them must end by itself."""
    if whom == "all":
        os.killpg(process.pid, signal.SIGKILL)
    elif whom == "main":
        process.kill()
    else:
        workers = [child for child in psutil.Process(process.pid).children() if "Loky" in " ".join(child.cmdline())]
        (random.choice(workers) if workers else process).kill()


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


def one_round(out: Path, options: Sequence[str], seconds: float, whom: str, log: Path) -> Round | None:
    """Run for some seconds, then kill; None where the run had come to its end."""
    process = begin(out, options, log)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill(process, whom)
    code = process.wait(LONGEST)
    psutil.wait_procs(left_behind(process.pid), timeout=LONGEST)
    if code == 0:
        return None
    return Round(seconds, whom, code, log.read_text(errors="replace").strip()[-300:])


def differences(whole: Path, other: Path) -> list[str]:
    """The files of out-of-fold stores, stack and submissions that are not equal."""
    names = {
        str(path.relative_to(folder))
        for folder in (whole, other)
        for part in ("oof", "submissions", "stack/oof")
        for path in (folder / part).rglob("*")
        if path.suffix in (".npy", ".npz", ".csv")
    }
    return sorted(name for name in names if not _equal(whole / name, other / name))


def _equal(one: Path, other: Path) -> bool:
    if not (one.exists() and other.exists()):
        return False
    if one.suffix == ".csv":
        return one.read_bytes() == other.read_bytes()
    first, second = np.load(one), np.load(other)
    if one.suffix == ".npy":
        return np.array_equal(first, second)
    return set(first) == set(second) and all(np.array_equal(first[name], second[name]) for name in first)


def compare(rounds: int, options: Sequence[str], folder: Path, seed: int) -> tuple[list[Round], int, list[str], float]:
    """The kills, the runs that came to their end in spite of them, what differs in those, the seconds undisturbed."""
    luck, whole, killed = random.Random(seed), folder / "whole", folder / "killed"
    started = time.monotonic()
    process = begin(whole, options, folder / "whole.log")
    if process.wait(LONGEST) != 0:
        sys.exit(f"the run without kills failed:\n{(folder / 'whole.log').read_text(errors='replace')}")
    undisturbed = time.monotonic() - started
    kills: list[Round] = []
    ended, different = 0, []
    while len(kills) < rounds:
        seconds = luck.uniform(0, undisturbed)
        met = one_round(killed, options, seconds, luck.choice(WHOM), folder / "killed.log")
        if met is not None:
            kills.append(met)
            continue
        ended += 1
        different += differences(whole, killed)
        shutil.rmtree(killed)
    if killed.exists():
        if (code := begin(killed, options, folder / "killed.log").wait(LONGEST)) != 0:
            different.append(f"the last run ended with {code}: {(folder / 'killed.log').read_text(errors='replace')}")
        ended += 1
        different += differences(whole, killed)
    return kills, ended, different, undisturbed


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Kills.")] = 30,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Settings of the run, as of `doodlestack run`.")
    ] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the runs are made; kept.")] = None,
) -> None:
    """Kill runs of the embedded doodles at random moments and compare what comes out in the end."""
    place = folder or Path(tempfile.mkdtemp(prefix="kill-"))
    place.mkdir(parents=True, exist_ok=True)
    options = [part for change in settings or () for part in ("--set", change)]
    kills, ended, different, undisturbed = compare(rounds, options, place, seed)
    table = Table("killed after", "whom", "exit code", box=None)
    for met in kills:
        table.add_row(f"{met.seconds:.1f} s", met.whom, str(met.exit))
    console = Console()
    console.print(table)
    console.print(
        f"{len(kills)} kills, {ended} runs through in spite of them; undisturbed one takes {undisturbed:.0f} s"
    )
    for name in different:
        console.print(f"differs: {name}", style="red", markup=False)
    console.print(
        "every run gave the same out-of-fold probabilities and submissions" if not different else "", style="green"
    )
    if not folder:
        shutil.rmtree(place)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    typer.run(main)
