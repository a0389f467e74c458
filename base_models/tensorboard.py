"""The history of a training for TensorBoard, from any backend."""

from pathlib import Path
from typing import Any

import keras

from ground.errors import BadSettings


def tensorboard(folder: Path) -> keras.callbacks.Callback:
    """A callback that writes an epoch's numbers into `folder`, for `tensorboard --logdir RUN/models`.

    Raises `BadSettings` where the package is not installed.
    """
    try:
        from tensorboard.summary import Writer
    except ImportError as error:
        raise BadSettings(
            "Expected the package tensorboard for --tensorboard, it is not installed: "
            "pip install 'doodlestack[tensorboard]'."
        ) from error
    return _Scalars(Writer(str(folder)))


class _Scalars(keras.callbacks.Callback):  # type: ignore[misc]
    def __init__(self, writer: Any) -> None:
        super().__init__()
        self.writer = writer

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add a point to each curve."""
        for name, value in (logs or {}).items():
            self.writer.add_scalar(name, value, epoch + 1)
        self.writer.flush()
