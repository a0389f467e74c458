"""Keras' own training loop around a step that does nothing: what a feed gives through all that Keras adds."""

from time import perf_counter
from typing import Any

import keras

from tests.benchmarks.clock import Clock, Way


class EmptyConsumer(keras.Model):  # type: ignore[misc]
    """A model whose training step looks at nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.built = True
        self.compile(jit_compile=False)

    def train_step(self, data: Any) -> dict[str, Any]:
        """Take the batch; TensorFlow wants at least one number back."""
        return {"nothing": keras.ops.zeros(())}


class FromFirstBatch(keras.callbacks.Callback):  # type: ignore[misc]
    """The seconds from the end of the first batch to the end of the epoch."""

    started, seconds = 0.0, 0.0

    def __init__(self, now: Clock) -> None:
        super().__init__()
        self.now = now

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Start with the first batch."""
        if batch == 0:
            self.started = self.now()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop."""
        self.seconds = self.now() - self.started


def fitting(feed: Any, drawings: int, now: Clock = perf_counter) -> Way:
    """The way that runs one epoch of a feed through `fit`; `drawings` come after its first batch."""
    consumer, clock = EmptyConsumer(), FromFirstBatch(now)

    def once() -> float:
        consumer.fit(feed, shuffle=False, verbose=0, callbacks=[clock])
        return drawings / clock.seconds

    return once
