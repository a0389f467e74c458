"""What saving a training's state costs, and what a kill costs.

    python -m tests.benchmarks.checkpoint

A network trains in a process of its own, with the saves that every training has; the time of each is taken. Then one
such process is killed with SIGKILL, and begun again: lost is the training since its last save. The longest time between
two saves is the most that a kill at the worst moment can cost.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, cast

import numpy as np
import typer

from base_models.records import STATE
from ground.errors import BadSettings
from tests.benchmarks.on_disk import write_shards
from tests.benchmarks.options import Count, Folder, Json, run
from tests.benchmarks.own_process import ROOT, command, own_environment
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.synthetic import synthetic_classes, synthetic_drawings
from tests.benchmarks.table import Row, publish

MOST_SHARE = 2.0  # per cent of the time of training
MOST_LOST = 60.0  # seconds of training
NEEDED = 2e9  # bytes: the shards, and twice the state of a network of 20 million weights
SIZES = ("small", "large")  # of gray64_cnn, with 340 classes
PART = 0.8  # of the time between two saves after which the kill comes


@dataclass(frozen=True)
class Saves:
    """Those of one training, in seconds."""

    took: list[float]
    apart: list[float]  # of training before each


@dataclass(frozen=True)
class Killed:
    """What one kill cost."""

    lost: float  # seconds of training since the last save
    again: float  # seconds from the start of the next process to its first step


def measure(shards: Path, size: str, seconds: float, folder: Path) -> list[Row]:
    """The rows of one size; raises `BadSettings` where it never saved within `seconds`."""
    folder.mkdir()
    state = folder / STATE
    with _training(shards, size, seconds, state) as told:
        next(told)
        saves = Saves(**json.loads(next(told)))
    if not saves.took:
        raise BadSettings(f"Expected a save within {seconds:g} s, received none. Give more --seconds.")
    held = state.stat().st_size
    return rows(f"gray64_cnn, {size}", saves, held, killed(shards, size, max(saves.apart), state))


def rows(name: str, saves: Saves, held: int, lost: Killed) -> list[Row]:
    """What is said of them."""
    whole = sum(saves.took) + sum(saves.apart)
    return [
        Row(f"{name}: saving ÷ training", 100 * sum(saves.took) / whole, "%", MOST_SHARE, "≤"),
        Row(f"{name}: most that a kill can cost, the longest between two saves", max(saves.apart), "s", MOST_LOST, "≤"),
        Row(f"{name}: a kill, training lost", lost.lost, "s", MOST_LOST, "≤"),
        Row(f"{name}: a kill, until a new process trains again", lost.again, "s"),
        Row(f"{name}: one save", float(np.median(saves.took)), "s"),
        Row(f"{name}: state on disk", held / 1e6, "MB"),
    ]


def killed(shards: Path, size: str, apart: float, state: Path) -> Killed:
    """Kill a training when most of the time `apart` from its last save has gone by; begin it again."""
    with _training(shards, size, float("inf"), state) as told:
        next(told)
        saved = state.stat().st_mtime_ns
        while state.stat().st_mtime_ns == saved:
            time.sleep(0.05)
        time.sleep(PART * apart)
        lost = time.time() - state.stat().st_mtime
    began = time.perf_counter()
    with _training(shards, size, float("inf"), state) as told:
        next(told)
        return Killed(lost, time.perf_counter() - began)


@contextmanager
def _training(shards: Path, size: str, seconds: float, state: Path) -> Iterator[Iterator[str]]:
    """The lines that a process says: one at its first step, one at its end. It is killed at the end of the block."""
    line = command("checkpoint_process", shards, size, seconds, state)
    with subprocess.Popen(line, cwd=ROOT, env=own_environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield iter(cast(IO[str], process.stdout).readline, "")
        finally:
            process.kill()


def main(
    drawings: Count = 20_000,
    seconds: Annotated[float, typer.Option(min=1, help="Of training of each size.")] = 150.0,
    sizes: Annotated[str, typer.Option(help="Of the network, with commas.")] = ",".join(SIZES),
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Measure and print."""
    with temporary_folder(folder, NEEDED) as place:
        write_shards(place / "shards", synthetic_drawings(drawings), synthetic_classes())
        tables = {size: measure(place / "shards", size, seconds, place / size) for size in sizes.split(",")}
    publish(tables, as_json)


if __name__ == "__main__":
    run(main)
