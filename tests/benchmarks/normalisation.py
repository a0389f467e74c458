"""What batch normalisation in one operation saves: `python -m tests.benchmarks.normalisation`, under TensorFlow.

Each model trains on one batch in memory and answers it, in turns with a copy that normalises as Keras does.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import keras

from base_models.depthwise import DepthwiseConv2D
from base_models.plan import Plan, make_plan
from base_models.quick_layers import quick_layers
from base_models.registry import load_models, model_named
from base_models.training import start_network
from features.shards import Shards
from ground.errors import BadSettings
from pipelines.layers import changes_layer
from tests.benchmarks.clock import Rates, Way, doing, take_turns
from tests.benchmarks.on_disk import write_shards
from tests.benchmarks.options import Changes, Count, Folder, Json, Models, Repeat, Steps, run
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.synthetic import synthetic_classes, synthetic_drawings
from tests.benchmarks.table import Row, compared, publish
from tests.benchmarks.throughput import over_and_over

MODELS = "efficientnet_lite0,rgb128_cnn,gray64_cnn,mobilenet_v2"
NEEDED = 1e8  # bytes for the shards
LEAST = 1.0  # of the rate with Keras's operations
FUSED, KERAS = "fused", "as Keras"
Within = Callable[[keras.Model], AbstractContextManager[None]]  # what a network works in


def ways(model: str, shards: Shards, settings: dict[str, Any], steps: int) -> dict[str, dict[str, Way]]:
    """By work, then by way: so many steps of a training, and as many answers."""
    plan = plan_of(model, shards, settings)
    batch = next(iter(plan.feed(0)))
    by_way = {way: works(plan, batch, within, steps) for way, within in ((FUSED, quick_layers), (KERAS, _as_keras))}
    return {work: {way: by_work[work] for way, by_work in by_way.items()} for work in by_way[FUSED]}


def plan_of(model: str, shards: Shards, settings: dict[str, Any]) -> Plan:
    """The training of `model` with these settings."""
    chosen = model_named(model)
    return make_plan(chosen, shards, None, 2, chosen.settings({**settings, "inner_validation": 0.0}), seed=1)


def works(plan: Plan, batch: Any, within: Within, steps: int) -> dict[str, Way]:
    """A network's training and its answers, each so many steps of one batch."""
    network, drawings = start_network(plan), steps * plan.settings.batch_size
    return {
        "training": doing(lambda: _train(network, within(network), batch, steps), drawings),
        "answers": doing(lambda: _answer(network, within(network), batch[0], steps), drawings),
    }


def _as_keras(network: keras.Model) -> AbstractContextManager[None]:
    """Normalised by Keras's operations; all else is the same."""
    return quick_layers(network, [DepthwiseConv2D])


def _train(network: keras.Model, within: AbstractContextManager[None], batch: Any, steps: int) -> None:
    with within:
        network.fit(over_and_over(batch, steps), steps_per_epoch=steps, shuffle=False, verbose=0)


def _answer(network: keras.Model, within: AbstractContextManager[None], pictures: Any, steps: int) -> None:
    with within:
        for _ in range(steps):
            network.predict_on_batch(pictures)


def require_tensorflow() -> None:
    """Raise `BadSettings` under another backend, which has nothing of what is measured."""
    if keras.backend.backend() != "tensorflow":
        raise BadSettings(f"Expected TensorFlow, received {keras.backend.backend()}. Unset KERAS_BACKEND.")


def rows(work: str, rates: dict[str, Rates]) -> list[Row]:
    """What is said of a work."""
    return compared(work, "in one operation ÷ as Keras does", rates, LEAST)


def main(
    models: Models = MODELS,
    steps: Steps = 12,
    change: Changes = None,
    drawings: Count = 600,
    repeat: Repeat = 3,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Measure and print."""
    require_tensorflow()
    load_models()
    with temporary_folder(folder, NEEDED) as place:
        write_shards(place / "shards", synthetic_drawings(drawings), synthetic_classes())
        shards, changes = Shards.open(place / "shards"), changes_layer(change or []).values
        found = {
            model: [
                row
                for work, by_way in ways(model, shards, changes, steps).items()
                for row in rows(work, take_turns(by_way, repeat))
            ]
            for model in models.split(",")
        }
    publish(found, as_json)


if __name__ == "__main__":
    run(main)
