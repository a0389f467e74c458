"""The whole state of a training on disk, from which it goes on exactly where it was."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from base_models.averages import EpochAverage
from base_models.state import bring_back
from ground.arrays import read_npz
from ground.errors import BadData, BadSettings, RunChanged
from ground.files import whole_file

SECONDS = "DOODLESTACK_CHECKPOINT_SECONDS"  # environment variable; how often to save is a matter of the machine
DEFAULT_SECONDS = 20.0  # between two saves: what a kill may cost
MOST_COST = 0.01  # of the time of training that saving may take; where a save is slow, saves are further apart


@dataclass(frozen=True)
class Position:
    """How far a training is: `epoch` whole epochs, and `step` steps of the next one."""

    epoch: int = 0
    step: int = 0


class Checkpoint(keras.callbacks.Callback):  # type: ignore[misc]
    """Saves all that changes while a network trains, now and then and when `stop` says so; brings it back.

    That is: weights, moving statistics, the seeds of dropout, the optimiser with its count of steps (and so the
    place in the schedule), the sums of the weights to `average`, those of the epoch's metrics and the position of the
    feed. The rest (order, batches, augmentations) follows from seed, epoch and step. `training` says in a line what is
    trained on what: raises `RunChanged` where the file holds the state of another training, `BadData` where it is
    damaged.
    """

    def __init__(self, path: Path, training: str, stop: Callable[[], bool], average: EpochAverage) -> None:
        super().__init__()
        self.path, self.training, self.stop, self.average = path, training, stop, average
        self._held = self._read() if path.exists() else {}
        self.position = Position(*map(int, self._held["position"])) if self._held else Position()
        self._seconds_before = float(self._held["seconds"]) if self._held else 0.0
        self._began = self._saved = time.monotonic()
        self._apart = self._least_apart = seconds_apart()

    @property
    def seconds(self) -> float:
        """Of training, those before a stop included."""
        return self._seconds_before + time.monotonic() - self._began

    def resume(self, network: keras.Model, batch: tuple[NDArray[Any], NDArray[np.int32]]) -> None:
        """Bring `network`, built and compiled as before, to where it was; nothing where there was no state.

        Keras makes an optimiser's and metrics' variables as late as it can: `batch` has it make them now.
        """
        if not self._held:
            return
        network.optimizer.build(network.trainable_variables)
        network.test_on_batch(*batch)
        self._assign("network", network.variables)
        self._assign("optimizer", network.optimizer.variables)
        self.average.sums = self._values("average")

    def first_step(self, epoch: int) -> int:
        """The step at which an epoch begins: not 0 in one that was broken off."""
        return self.position.step if epoch == self.position.epoch else 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Go on with the sums of an epoch that was broken off; Keras has just set them to 0."""
        self._now = Position(epoch, self.first_step(epoch))
        if self._now.step:
            self._assign("metrics", self.model.metrics_variables)
        self._held = {}

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Save where it is time. After a batch, Keras would fetch its metrics first, and a GPU would wait."""
        if batch:
            self._save_where_due(Position(self._now.epoch, self._now.step + batch))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save where it is time."""
        self._save_where_due(Position(epoch + 1))

    def _save_where_due(self, position: Position) -> None:
        stop = self.stop()
        if not stop and time.monotonic() - self._saved < self._apart:
            return
        began = time.monotonic()
        self._save(position)
        self._saved = time.monotonic()
        self._apart = max(self._least_apart, (self._saved - began) / MOST_COST)
        if stop:
            raise KeyboardInterrupt

    def _save(self, position: Position) -> None:
        network = self.model
        bring_back(network)
        arrays: dict[str, Any] = {
            "training": self.training,
            "position": [position.epoch, position.step],
            "seconds": self.seconds,
            **_arrays("network", network.variables),
            **_arrays("optimizer", network.optimizer.variables),
            **_arrays("metrics", network.metrics_variables),
            **_arrays("average", self.average.sums),
        }
        with whole_file(self.path) as temporary:
            np.savez(temporary, **arrays)

    def _read(self) -> dict[str, NDArray[Any]]:
        held = read_npz(self.path)
        if missing := {"training", "position", "seconds"} - held.keys():
            raise BadData(f"Expected {', '.join(sorted(missing))} in {self.path}, received none. {self._anew}")
        if str(held["training"]) != self.training:
            raise RunChanged(
                f"Expected the state of {self.training} in {self.path}, "
                f"received that of {held['training']}. {self._anew}"
            )
        return held

    def _assign(self, kind: str, variables: list[Any]) -> None:
        expected = [tuple(variable.shape) for variable in variables]
        values = self._values(kind)
        if [value.shape for value in values] != expected:
            raise RunChanged(
                f"Expected {len(expected)} arrays of the {kind} in {self.path}, shaped as this one's, received others: "
                f"it was saved by other code. {self._anew}"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def _values(self, kind: str) -> list[NDArray[Any]]:
        return [value for name, value in self._held.items() if name.startswith(f"{kind} ")]

    @property
    def _anew(self) -> str:
        return "Delete it: the training of this fold then begins anew."


def seconds_apart() -> float:
    """Seconds between two saves: `DOODLESTACK_CHECKPOINT_SECONDS`, 20 by default. Raises `BadSettings`."""
    asked = os.environ.get(SECONDS, "")
    try:
        seconds = float(asked or DEFAULT_SECONDS)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise BadSettings(f"Expected a number of seconds from 0 in {SECONDS}, received {asked!r}. Correct or unset it.")
    return seconds


def _arrays(kind: str, variables: list[Any]) -> dict[str, NDArray[Any]]:
    return {f"{kind} {place}": keras.ops.convert_to_numpy(variable) for place, variable in enumerate(variables)}
