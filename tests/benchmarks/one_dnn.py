"""What oneDNN saves under TensorFlow on this machine's CPU: `python -m tests.benchmarks.one_dnn`.

Each model trains on one batch in memory and answers it, in two processes that take turns: one with oneDNN, as all that
imports `base_models`, one without.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from base_models.fused_normalisation import fused_normalisation
from base_models.registry import load_models
from features.shards import Shards
from ground.errors import DoodlestackError
from pipelines.executor import cores, worker_environment
from pipelines.layers import changes_layer
from tests.benchmarks.clock import Rates, Way, take_turns, times_faster
from tests.benchmarks.normalisation import plan_of, works
from tests.benchmarks.on_disk import write_shards
from tests.benchmarks.options import Count, Folder, Json, Repeat, run
from tests.benchmarks.own_process import ROOT, command
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.synthetic import synthetic_classes, synthetic_drawings
from tests.benchmarks.table import Row, publish

MODELS = "gray64_cnn,rgb128_cnn,stroke_lstm,fusion_lite_lstm,efficientnet_lite0,mobilenet_v2"
WORKS = ("training", "answers")
NEEDED = 1e8  # bytes for the shards
LEAST = {"training": 1.0}  # of the rate without; answers take a few hundredths of a run
WITH, WITHOUT = "with oneDNN", "without"
SWITCH = {WITH: "1", WITHOUT: "0"}  # TF_ENABLE_ONEDNN_OPTS


@contextmanager
def worker(way: str, model: str, shards: Path, changes: dict[str, Any], steps: int) -> Iterator[dict[str, Way]]:
    """A process that trains and answers when asked to, by work."""
    line = command("one_dnn", "--asked", json.dumps([model, str(shards), changes, steps]))
    environment = {**worker_environment(cores()), **os.environ, "TF_ENABLE_ONEDNN_OPTS": SWITCH[way]}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(line, cwd=ROOT, env=environment, **pipes) as process:
        yield {work: lambda asked=work: _rate(process, asked) for work in WORKS}
        process.stdin.close()  # type: ignore[union-attr]


def _rate(process: Any, work: str) -> float:
    print(work, file=process.stdin, flush=True)
    if not (said := process.stdout.readline()):
        raise DoodlestackError(f"Expected the rate of {work}, the process that measures it ended (see above).")
    return float(said)


def asked(model: str, shards: str, changes: dict[str, Any], steps: int) -> None:
    """Such a process: a line of stdin names a work, one of stdout gives its rate."""
    load_models()
    plan = plan_of(model, Shards.open(Path(shards)), changes)
    ways = works(plan, next(iter(plan.feed(0))), fused_normalisation, steps)
    for line in sys.stdin:
        print(ways[line.strip()](), flush=True)


def rows(work: str, rates: dict[str, Rates]) -> list[Row]:
    """What is said of a work."""
    return [
        Row(f"{work}, with oneDNN ÷ without", times_faster(rates[WITH], rates[WITHOUT]), "×", LEAST.get(work)),
        *(Row(f"{work}, {way}", float(np.median(found)), "drawings/s") for way, found in rates.items()),
    ]


def measured(model: str, shards: Path, changes: dict[str, Any], steps: int, repeat: int) -> list[Row]:
    """What is said of a model."""
    with ExitStack() as stack:
        ways = {way: stack.enter_context(worker(way, model, shards, changes, steps)) for way in SWITCH}
        rates = {work: take_turns({way: ways[way][work] for way in ways}, repeat) for work in WORKS}
    return [row for work in WORKS for row in rows(work, rates[work])]


def main(
    models: Annotated[str, typer.Option(help="Names, parted by commas.")] = MODELS,
    steps: Annotated[int, typer.Option(min=1, help="Batches a turn.")] = 12,
    change: Annotated[list[str] | None, typer.Option("--set", help="Of training: batch_size=32, …")] = None,
    drawings: Count = 600,
    repeat: Repeat = 3,
    folder: Folder = None,
    as_json: Json = False,
    asked_for: Annotated[str, typer.Option("--asked", hidden=True)] = "",
) -> None:
    """Measure and print."""
    if asked_for:
        asked(*json.loads(asked_for))
        return
    changes = changes_layer(change or []).values
    with temporary_folder(folder, NEEDED) as place:
        write_shards(place / "shards", synthetic_drawings(drawings), synthetic_classes())
        found = {model: measured(model, place / "shards", changes, steps, repeat) for model in models.split(",")}
    publish(found, as_json)


if __name__ == "__main__":
    run(main)
