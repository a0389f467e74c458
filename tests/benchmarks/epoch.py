"""An epoch of `gray64_cnn` through the feed over the same epoch from arrays in memory.

Each of the two has a process of its own, with the environment that a training has, so that neither finds memory or
caches as the other left them. The processes take turns; each does an epoch for every line that it is sent and
answers with its drawings a second. The arrays are read by an untuned dataset: of a `fit` on arrays each epoch ends
with a wait for the thread that tunes, by which the feed was ahead (0.91).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from base_models.objective import map_at_3, smoothed_crossentropy
from base_models.prediction import predict
from base_models.quick_layers import quick_layers
from base_models.registry import load_models, model_named
from base_models.settings import TrainSettings
from features.feeds import AHEAD
from features.feeds.opening import open_feed
from features.feeds.tuning import untuned
from features.inputs import ModelInput
from features.shards import Shards
from tests.benchmarks.clock import Rates, Way, doing, take_turns, times_faster
from tests.benchmarks.own_process import answering, command
from tests.benchmarks.table import Row

MODEL = "gray64_cnn"
MOST_TIMES = 1.03
FEED, ARRAYS, ANSWERS = "feed", "arrays", "answers"


def measure(shards: Path, drawings: int, repeat: int) -> list[Row]:
    """The rows, of epochs of `drawings` drawings, or of all where there are fewer."""
    with _process(FEED, shards, drawings) as fed, _process(ARRAYS, shards, drawings) as from_arrays:
        return rows(take_turns({FEED: fed, ARRAYS: from_arrays}, repeat))


def answer_rate(shards: Path, drawings: int, repeat: int) -> float:
    """Drawings a second that the network answers, drawn on the fly, as its out-of-fold rows are made."""
    with _process(ANSWERS, shards, drawings) as answers:
        return float(np.median(take_turns({ANSWERS: answers}, repeat)[ANSWERS]))


def rows(rates: dict[str, Rates]) -> list[Row]:
    """What is said of the rates."""
    times = times_faster(rates[ARRAYS], rates[FEED])  # as long as the fed epoch takes
    return [
        Row(f"epoch of {MODEL}: through the feed ÷ from arrays in memory", times, "×", MOST_TIMES, "≤"),
        Row(f"epoch of {MODEL} through the feed", float(np.median(rates[FEED])), "drawings/s"),
        Row(f"epoch of {MODEL} from arrays in memory", float(np.median(rates[ARRAYS])), "drawings/s"),
    ]


def way_of(work: str, network: keras.Model, inputs: ModelInput, shards: Shards, drawings: int) -> Way:
    """The way that has a compiled network learn the first `drawings`, from the `FEED` or held, or answer them."""
    batch_size, some = TrainSettings().batch_size, np.arange(min(drawings, len(shards)))
    if work == ANSWERS:
        return doing(lambda: predict(network, inputs, shards, some, TrainSettings()), len(some))

    def epoch(batches: Any) -> None:
        with quick_layers(network):
            network.fit(batches, shuffle=False, verbose=0)

    if work == FEED:
        feed = open_feed("shards", shards, some, inputs, batch_size)
        return doing(lambda: epoch(feed), len(some))
    arrays = inputs.make(shards.take(some)), shards.label[some].astype(np.int32)
    held = untuned(tf.data.Dataset.from_tensor_slices(arrays).batch(batch_size).prefetch(AHEAD))
    return doing(lambda: epoch(held), len(some))


@contextmanager
def _process(work: str, shards: Path, drawings: int) -> Iterator[Way]:
    """The way that asks a process of its own for an epoch; settings that this one's environment has stay."""
    with answering(command("epoch", work, shards, drawings)) as ask:
        yield lambda: ask("")


def trained_network(classes: int, size: str = "small") -> tuple[keras.Model, ModelInput]:
    """The model as a training has it, but for the rate of learning, which costs no time."""
    load_models()
    model, settings = model_named(MODEL), TrainSettings()
    network = model.build(model.inputs.shape, classes, size=size)
    network.compile(
        optimizer=keras.optimizers.AdamW(weight_decay=settings.weight_decay, global_clipnorm=settings.clip_norm),
        loss=smoothed_crossentropy(classes, settings.label_smoothing),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy"), map_at_3()],
        jit_compile=False,
    )
    return network, model.inputs


def main(work: str, folder: str, drawings: str) -> None:
    """Train for an epoch, or answer, for each line on stdin; print the drawings a second."""
    shards = Shards.open(Path(folder))
    network, inputs = trained_network(len(shards.classes))
    way = way_of(work, network, inputs, shards, int(drawings))
    for _ in sys.stdin:
        print(way(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
