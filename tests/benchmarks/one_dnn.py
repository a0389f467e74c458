"""What oneDNN saves under TensorFlow on this machine's CPU: `python -m tests.benchmarks.one_dnn`.

Each model trains on one batch in memory and answers it, in two processes that take turns: one with oneDNN, as all that
imports `base_models`, one without.
"""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from base_models.quick_layers import quick_layers
from base_models.registry import load_models
from features.shards import Shards
from pipelines.layers import changes_layer
from tests.benchmarks.clock import take_turns
from tests.benchmarks.normalisation import plan_of, require_tensorflow, works
from tests.benchmarks.on_disk import write_shards
from tests.benchmarks.options import Changes, Count, Folder, Json, Models, Repeat, Steps, run
from tests.benchmarks.own_process import answering, command
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.synthetic import synthetic_classes, synthetic_drawings
from tests.benchmarks.table import Row, compared, publish

MODELS = "gray64_cnn,rgb128_cnn,stroke_lstm,fusion_lite_lstm,efficientnet_lite0,mobilenet_v2"
NEEDED = 1e8  # bytes for the shards
LEAST = {"training": 1.0, "answers": None}  # of the rate without; answers take a few hundredths of a run
SWITCH = "TF_ENABLE_ONEDNN_OPTS"


def asked(model: str, shards: str, changes: dict[str, Any], steps: int) -> None:
    """The process that measures: a line of stdin names a work, one of stdout gives its rate."""
    load_models()
    plan = plan_of(model, Shards.open(Path(shards)), changes)
    ways = works(plan, next(iter(plan.feed(0))), quick_layers, steps)
    for line in sys.stdin:
        print(ways[line.strip()](), flush=True)


def measured(model: str, shards: Path, changes: dict[str, Any], steps: int, repeat: int) -> list[Row]:
    """What is said of a model: of each work, the rates of two processes that take turns."""
    line = command("one_dnn", "--asked", json.dumps([model, str(shards), changes, steps]))
    with answering(line, **{SWITCH: "1"}) as with_it, answering(line, **{SWITCH: "0"}) as without:
        asks = {"with oneDNN": with_it, "without": without}
        rates = {work: take_turns({way: partial(ask, work) for way, ask in asks.items()}, repeat) for work in LEAST}
    return [row for work, least in LEAST.items() for row in compared(work, "with oneDNN ÷ without", rates[work], least)]


def main(
    models: Models = MODELS,
    steps: Steps = 12,
    change: Changes = None,
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
    require_tensorflow()
    changes = changes_layer(change or []).values
    with temporary_folder(folder, NEEDED) as place:
        write_shards(place / "shards", synthetic_drawings(drawings), synthetic_classes())
        found = {model: measured(model, place / "shards", changes, steps, repeat) for model in models.split(",")}
    publish(found, as_json)


if __name__ == "__main__":
    run(main)
