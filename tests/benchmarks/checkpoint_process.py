"""The process that the benchmark of saving watches: it trains, saves as every training does, and times that."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from base_models.averages import EpochAverage
from base_models.checkpoint import Checkpoint, Position
from base_models.quick_layers import quick_layers
from features.feeds.opening import open_feed
from features.shards import Shards
from tests.benchmarks.checkpoint import Saves
from tests.benchmarks.epoch import trained_network

NEVER = 10**9  # the epoch from which weights are averaged
BATCH = 32  # so that a large network on few cores, too, comes often to where it may save


class Timed(Checkpoint):
    """Says when the first step begins; takes the time of each save, and of the training before it, up to `seconds`."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__(path, "the benchmark", lambda: False, EpochAverage(NEVER))
        self.limit, self.saves, self.last = seconds, Saves([], []), 0.0

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Before the save that may be due."""
        if not self.last:
            print("trains", flush=True)
            self.last = time.perf_counter()
        super().on_train_batch_begin(batch, logs)
        self.model.stop_training = self.seconds > self.limit

    def _save(self, position: Position) -> None:
        began = time.perf_counter()
        super()._save(position)
        ended = time.perf_counter()
        self.saves.took.append(ended - began)
        self.saves.apart.append(began - self.last)
        self.last = ended


def main(shards: str, size: str, seconds: str, state: str) -> None:
    """Train until so many seconds are over, going on from a state that is there; print the times as JSON."""
    held = Shards.open(Path(shards))
    network, inputs = trained_network(len(held.classes), size)
    feed: Any = open_feed("shards", held, np.arange(len(held)), inputs, BATCH)
    checkpoint = Timed(Path(state), float(seconds))
    with quick_layers(network):
        checkpoint.resume(network, next(iter(open_feed("shards", held, np.arange(1), inputs, 1))))
        first = checkpoint.position.epoch
        network.fit(feed, initial_epoch=first, epochs=first + 10**6, callbacks=[checkpoint], shuffle=False, verbose=0)
    print(json.dumps(asdict(checkpoint.saves)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
