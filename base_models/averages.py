"""Averages of the weights, and the moving statistics that belong to them."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

FOLLOWED = 50  # batches; with a momentum of 0.9 the last 20 of them make the statistics


class EpochAverage(keras.callbacks.Callback):  # type: ignore[misc]
    """The mean of the weights at the ends of the epochs from `first` on (Izmailov et al. 2018)."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.first = first
        self.sums: list[NDArray[np.float32]] = []  # over the epochs so far, of each trained weight

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the weights."""
        if epoch >= self.first:
            weights = [keras.ops.convert_to_numpy(weight) for weight in self.model.trainable_variables]
            self.sums = [before + now for before, now in zip(self.sums, weights, strict=True)] if self.sums else weights

    def put(self, network: keras.Model, epochs: int) -> None:
        """Give `network` the mean, at the end of so many epochs."""
        for weight, total in zip(network.trainable_variables, self.sums, strict=True):
            weight.assign(total / (epochs - self.first))


def follow(network: keras.Model, batches: Iterable[tuple[Any, Any]]) -> None:
    """Let the moving statistics of normalisations follow these batches (x, y), while no weight changes.

    Averaged weights have never met the statistics of the weights that they are the average of (Izmailov et al. 2018).
    """
    for x, *_ in batches:
        network(x, training=True)
