"""How a base model is trained."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from features.augmentation import Augmentation
from features.feeds import FeedName
from ground.settings import Settings

Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


def _epochs(value: Any) -> int | str:
    if type(value) is int and value >= 1:
        return value
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]* drawings", value):
        return value
    raise ValueError('Expected epochs such as 20, or drawings to see in all such as "160000 drawings"')


Epochs = Annotated[int | str, PlainValidator(_epochs)]  # passes, or as many as see, say, "160000 drawings"


class TrainSettings(Settings):
    """The training of one (model, fold); a model may bring its own defaults, a run may override them by name."""

    epochs: Epochs = 20  # of the run's own drawings
    pretrain_epochs: Epochs = "80000 drawings"  # before them, of the drawings in `pretrain`, where a run names such
    batch_size: Count = 128  # drawings a step; small sets gain from more steps, a GPU from larger batches
    learning_rate: Positive = 2e-3  # peak of the schedule; AdamW on batches of about 128
    schedule: Literal["one_cycle", "cosine"] = "one_cycle"  # one_cycle: cosine up, then down; cosine: linear up
    warmup: Share = 0.15  # share of all steps spent on the way up to the peak
    weight_decay: Annotated[float, Field(ge=0)] = 0.03  # decoupled, a step, on kernels alone (AdamW)
    ema: Share = 0.0  # of the old average in the moving average of the weights, a step; 0: the last weights count
    clip_norm: Positive = 5.0  # global norm of the gradient; recurrent nets need a bound, others hardly reach it
    label_smoothing: Share = 0.05  # about the share of wrong labels in the set
    inner_validation: Share = 0.02  # share of the training rows watched, never trained on; never the held-out fold
    augmentation: Augmentation = Augmentation()  # done on the points, before they are drawn
    inputs: dict[str, Any] = Field(default={})  # over the model's own: size, line_width, renderer, use_time, length
    network: dict[str, Any] = Field(default={})  # the architecture's own arguments: alpha, dropout, pooling, weights, …
    feed: FeedName = "shards"  # what hands out the batches; all give the same drawings, shards the fastest
    small_first: Share = 0.0  # share of the epochs, from the first, on pictures of half the size: at a quarter the cost
    start_from: str = ""  # another run's folder: a fold starts from the weights of its model and fold there
    views: Count = 1  # looks at a drawing that a prediction is the mean of: as it is, then moved as in training

    def passes(self, rows: int) -> int:
        """The epochs that `epochs` comes to on so many training rows: a whole number, at least 1."""
        if isinstance(self.epochs, int):
            return self.epochs
        return max(1, round(int(self.epochs.split()[0]) / rows))

    def for_pretraining(self) -> "TrainSettings":
        """The same with `pretrain_epochs` for its length, read by the one feed that any drawings can be read by."""
        return self.but(epochs=self.pretrain_epochs, feed="shards", start_from="")
