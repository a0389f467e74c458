"""The training of one (model, fold). The held-out fold takes no part in it, in any form."""

import csv
import time
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from base_models.objective import map_at_3, optimizer, smoothed_crossentropy
from base_models.registry import BaseModel
from base_models.schedule import learning_rate_schedule
from base_models.settings import TrainSettings
from base_models.transfer import start_from
from features.feeds.opening import open_feed
from features.inputs import ModelInput
from features.shards import Shards
from ground.errors import BadSettings
from ground.files import whole_file, write_json
from oof.folds import fold_of

HISTORY = (
    "epoch",
    "epochs",
    "loss",
    "accuracy",
    "map_at_3",
    "val_loss",
    "val_accuracy",
    "val_map_at_3",
    "learning_rate",
    "seconds",
)


def train_fold(
    model: BaseModel,
    shards: Shards,
    fold: int,
    folds: int,
    settings: TrainSettings,
    out: Path,
    seed: int,
    trained: keras.Model | None = None,
) -> keras.Model:
    """Train `model` on every fold but `fold`, from random weights or those of `trained`; gives the trained model.

    Writes `history.csv` after each epoch, then `model.keras` and, last, `done.json` into `out`. Raises
    `BadSettings` when the other folds hold no drawing.
    """
    started = time.monotonic()
    own_seed = np.random.SeedSequence([seed, zlib.crc32(model.name.encode()), fold])
    network_seed, split_seed, feed_seed = (int(word) for word in own_seed.generate_state(3))
    keras.utils.set_random_seed(network_seed % 2**31)
    rows, watched = training_rows(shards.key_id, fold, folds, settings.inner_validation, split_seed)
    if len(rows) == 0:
        raise BadSettings(
            f"Expected drawings outside fold {fold} of {folds}, received none. Use more drawings or fewer folds."
        )

    classes, epochs = len(shards.classes), settings.passes(len(rows))
    inputs = inputs_by_epoch(model.inputs_for(settings), epochs, settings.small_first)
    network = _build(model, classes, settings, any_size=inputs[0] != inputs[-1])
    if trained is not None:
        start_from(network, trained)
    _compile(network, settings, classes, steps=-(-len(rows) // settings.batch_size) * epochs)
    history = History(out / "history.csv", epochs)
    for epoch in range(epochs):
        feed = partial(open_feed, shards=shards, inputs=inputs[epoch], batch_size=settings.batch_size)
        network.fit(
            feed(settings.feed, rows=rows, augmentation=settings.augmentation, seed=feed_seed, epoch=epoch),
            initial_epoch=epoch,
            epochs=epoch + 1,
            # watched rows lie scattered, and only the shards give a few of them without reading all
            validation_data=feed("shards", rows=watched, shuffle=False) if len(watched) else None,
            callbacks=[history],
            shuffle=False,  # the feed permutes the rows itself; Keras must not order its steps by one of its own
            verbose=0,
        )

    with whole_file(out / "model.keras") as temporary:
        network.save(temporary)
    done = {
        "model": model.name,
        "fold": fold,
        "folds": folds,
        "seed": seed,
        "rows": len(rows),
        "epochs": epochs,
        "parameters": network.count_params(),
        "seconds": round(time.monotonic() - started, 1),
        "settings": settings.model_dump(),
    }
    write_json(out / "done.json", done)
    return network


def inputs_by_epoch(inputs: ModelInput, epochs: int, small_first: float) -> list[ModelInput]:
    """Small pictures for the first share of the epochs, whole ones in the last at least; all whole without a size."""
    small, turn = inputs.halved(), round(small_first * epochs)
    if small is None or turn >= epochs:
        turn = 0
    return [small or inputs] * turn + [inputs] * (epochs - turn)


def training_rows(
    key_id: NDArray[np.int64], fold: int, folds: int, inner_validation: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows to train on and, apart from them, the rows to watch; neither holds a row of `fold`."""
    rows = np.flatnonzero(fold_of(key_id, folds) != fold)
    shuffled = np.random.default_rng(seed).permutation(rows)
    watched = int(inner_validation * len(rows))
    return np.sort(shuffled[watched:]), np.sort(shuffled[:watched])


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes the whole `history.csv` after each epoch of `epochs`, so that a reader never meets half a line."""

    def __init__(self, path: Path, epochs: int) -> None:
        super().__init__()
        self.path, self.epochs = path, epochs
        self.rows: list[dict[str, Any]] = []
        self.started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the epoch's line."""
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        seconds = round(time.monotonic() - self.started, 1)
        reached = {"epoch": epoch + 1, "epochs": self.epochs}
        self.rows.append({**reached, **(logs or {}), "learning_rate": rate, "seconds": seconds})
        with whole_file(self.path) as temporary, temporary.open("w", newline="") as file:
            writer = csv.DictWriter(file, HISTORY, restval="")
            writer.writeheader()
            writer.writerows(self.rows)


def _build(model: BaseModel, classes: int, settings: TrainSettings, any_size: bool) -> keras.Model:
    """The network, for inputs as they are or for pictures of whatever size, (None, None, channels)."""
    shape = model.inputs_for(settings).shape
    if not any_size:
        return model.build(shape, classes, **settings.network)
    try:
        return model.build((None, None, *shape[2:]), classes, **settings.network)
    except (TypeError, ValueError) as error:
        raise BadSettings(
            f"Expected a network for pictures of any size, as small_first trains on two, {model.name} gave: {error} "
            "Let it pool over the whole picture before its last layers, or set "
            f"train_by_model.{model.name}.small_first=0."
        ) from error


def _compile(network: keras.Model, settings: TrainSettings, classes: int, steps: int) -> None:
    network.compile(
        optimizer=optimizer(settings, learning_rate_schedule(settings, steps)),
        loss=smoothed_crossentropy(classes, settings.label_smoothing),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy"), map_at_3()],
        # XLA compiles for many seconds and runs these small nets no faster on a CPU; a GPU's backend decides itself.
        jit_compile=False if _on_cpu() else "auto",
    )


def _on_cpu() -> bool:
    return not any(name.startswith(("gpu", "tpu")) for name in map(str.lower, keras.distribution.list_devices()))
