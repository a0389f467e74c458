"""How fast models train, and how long they wait for what they train on: `python -m tests.benchmarks.throughput`.

In a process of their own, on all cores or the GPU, under whatever backend KERAS_BACKEND names, each trains in turns
through the shard feed, as a run does, and on one batch that lies in memory, over and over: what it takes longer
through the feed, it waits. For a GPU: `--batch-size 1024 --sizes 64,128 --set precision=mixed_bfloat16`.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import keras
import numpy as np
import typer

from base_models.plan import make_plan
from base_models.quick_layers import quick_layers
from base_models.registry import load_models, model_named
from base_models.training import start_network
from features.shards import Shards
from features.shuffle import shuffle
from ground.errors import DoodlestackError
from pipelines.layers import changes_layer
from tests.benchmarks.clock import Way, doing, take_turns, times_faster
from tests.benchmarks.on_disk import write_shards
from tests.benchmarks.options import Changes, Count, Data, Folder, Json, Models, Repeat, run
from tests.benchmarks.own_process import ROOT, command, own_environment
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.synthetic import synthetic_classes, synthetic_drawings
from tests.benchmarks.table import Row, publish

MODELS = "gray64_cnn,rgb128_cnn,stroke_lstm,point_raster,point_transformer,fusion_cnn_lstm,mobilenet_v2"
LEAST = 0.97  # of the rate from memory
MOST_WAITING = 5.0  # per cent of the time, where a GPU waits
NEEDED = 1e9  # bytes for the shards
FEED, ONE_BATCH = "feed", "one batch"


class OneBatch(keras.utils.PyDataset):  # type: ignore[misc]
    """The same batch, `steps` times."""

    def __init__(self, batch: Any, steps: int) -> None:
        super().__init__()
        self.batch, self.steps = batch, steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, place: int) -> Any:
        """The batch."""
        return self.batch


def sized(model: str, sizes: Sequence[int]) -> dict[str, dict[str, Any]]:
    """What is measured of `model`, by its name in the table: its inputs at these sizes where it sees pictures alone."""
    if not sizes or not hasattr(model_named(model).inputs, "size"):
        return {model: {}}
    return {f"{model} at {size} px": {"size": size} for size in sizes}


def ways(model: str, inputs: dict[str, Any], shards: Shards, settings: dict[str, Any]) -> dict[str, Way]:
    """An epoch of `model` through the feed, and one of as many steps of the same batch."""
    chosen, settings = model_named(model), {**settings, "inputs": {**settings.get("inputs", {}), **inputs}}
    plan = make_plan(chosen, shards, None, 2, chosen.settings({**settings, "inner_validation": 0.0}), seed=1)
    network = start_network(plan)
    feed, drawings = plan.feed(0), len(plan.rows)
    steps = len(feed)
    again = over_and_over(next(iter(feed)), steps)

    def epoch(batches: Any) -> None:
        with quick_layers(network):
            network.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)

    return {
        FEED: doing(lambda: epoch(feed), drawings),
        ONE_BATCH: doing(lambda: epoch(again), steps * plan.settings.batch_size),
    }


def rows(model: str, rates: dict[str, list[float]]) -> list[Row]:
    """What is said of a model."""
    fed, held = np.array(rates[FEED]), np.array(rates[ONE_BATCH])
    times = times_faster(fed, held)
    return [
        Row(f"{model}: through the feed", float(np.median(fed)), "drawings/s"),
        Row(f"{model}: from one batch in memory", float(np.median(held)), "drawings/s"),
        Row(f"{model}: through the feed ÷ from memory", times, "×", LEAST),
        Row(f"{model}: waiting for the feed", 100 * max(0.0, 1 - times), "%", MOST_WAITING, "≤"),
    ]


def over_and_over(batch: Any, steps: int) -> Any:
    """The same batch, `steps` times, as Keras takes it without a feed."""
    if keras.backend.backend() != "tensorflow":
        return OneBatch(batch, steps)
    import tensorflow as tf

    return tf.data.Dataset.from_tensors(batch).repeat(steps)


def measured(models: Sequence[str], sizes: Sequence[int], shards: Path, changes: dict[str, Any], repeat: int) -> Any:
    """Their rates, by model and size, then by way."""
    line = command("throughput", "--one", json.dumps([models, sizes, str(shards), changes, repeat]))
    ended = subprocess.run(line, cwd=ROOT, env=own_environment(), stdout=subprocess.PIPE, text=True, check=False)
    if ended.returncode:
        raise DoodlestackError(
            f"Expected the models to train, their process ended with {ended.returncode} (see above)."
        )
    return json.loads(ended.stdout.splitlines()[-1])


def one(models: Sequence[str], sizes: Sequence[int], shards: str, changes: dict[str, Any], repeat: int) -> None:
    """The process that trains: prints the rates as JSON."""
    load_models()
    source, rates = Shards.open(Path(shards)), {}
    for model in models:
        for name, inputs in sized(model, sizes).items():
            turns = take_turns(ways(model, inputs, source, changes), repeat)
            rates[name] = {way: found.tolist() for way, found in turns.items()}
            print(f"{name}: {rates[name]}", file=sys.stderr)
            keras.utils.clear_session()
    print(json.dumps(rates))


def main(
    drawings: Count = 8_000,
    data: Data = None,
    models: Models = MODELS,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Drawings a step. Without it: each model's own.")
    ] = None,
    sizes: Annotated[str, typer.Option(help="Of pictures, parted by commas. Without it: each model's own.")] = "",
    change: Changes = None,
    repeat: Repeat = 3,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Measure and print."""
    changes = {**changes_layer(change or []).values, **({"batch_size": batch_size} if batch_size else {})}
    with temporary_folder(folder, NEEDED) as place:
        if data:
            shuffle(data, place / "shards")
        else:
            write_shards(place / "shards", synthetic_drawings(drawings), synthetic_classes())
        pixels = [int(size) for size in sizes.split(",") if size]
        rates = measured(models.split(","), pixels, place / "shards", changes, repeat)
    publish({name: rows(name, found) for name, found in rates.items()}, as_json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*json.loads(sys.argv[2]))
    else:
        run(main)
