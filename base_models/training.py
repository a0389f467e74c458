"""The training of one (model, fold). The held-out fold takes no part in it, in any form."""

import csv
import time
import zlib
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from base_models.objective import map_at_3, optimizer, smoothed_crossentropy
from base_models.registry import BaseModel
from base_models.schedule import learning_rate_schedule
from base_models.settings import TrainSettings
from features.feeds.shards import ShardFeed
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
    model: BaseModel, shards: Shards, fold: int, folds: int, settings: TrainSettings, out: Path, seed: int
) -> keras.Model:
    """Train `model` on every fold but `fold`; gives the trained model.

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

    feed = ShardFeed(shards, rows, model.inputs, settings.batch_size, settings.augmentation, seed=feed_seed)
    watched_feed = (
        ShardFeed(shards, watched, model.inputs, settings.batch_size, shuffle=False) if len(watched) else None
    )
    network = model.build(model.inputs.shape, len(shards.classes))
    epochs = settings.passes(len(rows))
    _compile(network, settings, len(shards.classes), steps=len(feed) * epochs)
    history = History(out / "history.csv", epochs)
    network.fit(
        feed,
        epochs=epochs,
        validation_data=watched_feed,
        callbacks=[history],
        shuffle=False,  # the feed permutes the rows itself; Keras must not order its steps by a generator of its own
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
