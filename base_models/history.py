"""What a training tells of itself: a line an epoch in `history.csv`, and how it stands in `progress.json`."""

import csv
import time
from pathlib import Path
from typing import Any

import keras

from base_models.records import COLUMNS, read_history
from base_models.state import bring_back
from ground.errors import BadData
from ground.files import whole_file, write_json

APART = 5.0  # seconds between two looks at how an epoch stands: a GPU waits for each, and so does a disk


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes all of `history.csv` after each of the `epochs`, so that a reader never meets half a line.

    The lines of the first `whole` epochs, which an earlier process wrote, stay; raises `BadData` where they are not
    all there.
    """

    def __init__(self, path: Path, epochs: int, whole: int) -> None:
        super().__init__()
        self.path, self.epochs = path, epochs
        self.rows: list[dict[str, Any]] = _first_rows(path, whole) if whole else []
        before = float(self.rows[-1]["seconds"]) if self.rows else 0.0
        self.started = time.monotonic() - before

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the epoch's line."""
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        seconds = round(time.monotonic() - self.started, 1)
        reached = {"epoch": epoch + 1, "epochs": self.epochs}
        self.rows.append({**reached, **(logs or {}), "learning_rate": rate, "seconds": seconds})
        with whole_file(self.path) as temporary, temporary.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(self.rows)


class Progress(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes how the epoch under way stands, every `APART` seconds: its steps, scores so far, steps a second."""

    def __init__(self, path: Path, epochs: int) -> None:
        super().__init__()
        self.path, self.epochs = path, epochs

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        self.epoch, self.began, self.told = epoch, time.monotonic(), time.monotonic()

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell, where it is time. After a batch, Keras would fetch its metrics first, and a GPU would wait."""
        now = time.monotonic()
        if not batch or now - self.told < APART:
            return
        self.told = now
        bring_back(self.model)
        scores = {name: round(float(value), 4) for name, value in self.model.get_metrics_result().items()}
        steps = {"epoch": self.epoch + 1, "epochs": self.epochs, "step": batch, "steps": self.params["steps"]}
        write_json(self.path, {**steps, **scores, "steps_per_second": round(batch / (now - self.began), 3)})


def _first_rows(path: Path, count: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [*read_history(path)]
    if len(rows) < count:
        raise BadData(
            f"Expected {count} epochs in {path}, as in the state beside it, received {len(rows)}. "
            f"Delete {path.parent} and train this fold again."
        )
    return rows[:count]
