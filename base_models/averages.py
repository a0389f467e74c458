"""Moving statistics that belong to averaged weights."""

from collections.abc import Iterable
from typing import Any

import keras

FOLLOWED = 50  # batches; with a momentum of 0.9 the last 20 of them make the statistics


def follow(network: keras.Model, batches: Iterable[tuple[Any, Any]]) -> None:
    """Let the moving statistics of normalisations follow these batches (x, y), while no weight changes.

    Averaged weights have never met the statistics of the weights that they are the average of (Izmailov et al. 2018).
    """
    for x, _ in batches:
        network(x, training=True)
