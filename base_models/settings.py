"""How a base model is trained."""

import math
import re
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from features.augmentation import Augmentation
from features.feeds import FeedName
from ground.settings import Settings

USUAL_BATCH = 128  # drawings; the batch that `learning_rate` is for
Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[float, Field(ge=0)]


def _epochs(value: Any) -> int | str:
    if type(value) is int and value >= 1:
        return value
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]* drawings", value):
        return value
    raise ValueError('Expected epochs such as 20, or drawings to see in all such as "160000 drawings"')


def _pseudo_labels(value: Any) -> float | str:
    if value == "off":
        return "off"
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError("Expected 'off', or the least probability that the teacher must give, such as 0.9")


Epochs = Annotated[int | str, PlainValidator(_epochs)]  # passes, or as many as see, say, "160000 drawings"


def _unrecognized(value: Any) -> float | str:
    if isinstance(value, str) and value in ("keep", "drop"):
        return value
    if isinstance(value, float) and 0 < value < 1:
        return value
    raise ValueError("Expected 'keep', 'drop', or their weight beside the others', such as 0.5")


class TrainSettings(Settings):
    """The training of one (model, fold); a model may bring its own defaults, a run may override them by name."""

    epochs: Epochs = 20  # of the run's own drawings
    pretrain_epochs: Epochs = "80000 drawings"  # before them, of the drawings in `pretrain`, where a run names such
    rehearsal: Share = 0.0  # share of an epoch, class by class, that is drawings in `pretrain` of the run's own classes
    batch_size: Count = 128  # drawings a step; small sets gain from more steps, a GPU from larger batches
    learning_rate: Positive = 2e-3  # peak of the schedule; AdamW on batches of about 128
    scale_rate: Literal["off", "sqrt", "linear"] = "off"  # rate × √(batch_size / 128), Adam's rule, or × all of it
    schedule: Literal["one_cycle", "cosine"] = "one_cycle"  # one_cycle: cosine up, then down; cosine: linear up
    warmup: Share = 0.15  # share of all steps spent on the way up to the peak
    weight_decay: NotNegative = 0.03  # decoupled, a step, on kernels alone (AdamW)
    ema: Share = 0.0  # of the old average in the moving average of the weights, a step; 0: the last weights count
    average_checkpoints: Count = 1  # ends of the last so many epochs whose weights are averaged; 1: the last one alone
    clip_norm: Positive = 5.0  # global norm of the gradient; recurrent nets need a bound, others hardly reach it
    label_smoothing: Share = 0.05  # about the share of wrong labels in the set
    inner_validation: Share = 0.02  # share of the training rows watched, never trained on; never the held-out fold
    augmentation: Augmentation = Augmentation()  # done on the points, before they are drawn
    mixup: NotNegative = 0.0  # alpha: two drawings are averaged by shares of Beta(alpha, alpha); 0.2 is usual; 0: off
    cutmix: NotNegative = 0.0  # alpha, likewise: a box of the other picture; 1 is usual; with mixup, batches take turns
    unrecognized: Annotated[float | str, PlainValidator(_unrecognized)] = "keep"  # what the game did not recognise: or
    # "drop", or its weight beside the others' (0 to 1); only in training: held-out ones are predicted and scored
    balance_classes: bool = False  # all classes equally often an epoch, of as many rows; the model then expects it so
    discriminant: Share = 0.0  # share, in the last layer, of a linear discriminant of the training drawings (Fisher's)
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"  # of layers; gains on GPUs of today
    inputs: dict[str, Any] = Field(default={})  # over the model's own: size, line_width, renderer, use_time, length
    network: dict[str, Any] = Field(default={})  # the architecture's own arguments: alpha, dropout, pooling, weights, …
    feed: FeedName = "shards"  # what hands out the batches; all give the same drawings, shards the fastest
    small_first: Share = 0.0  # share of the epochs, from the first, on half as large pictures, at a quarter the cost;
    # sequences, and pictures beside them, keep their size
    start_from: str = ""  # another run's folder: a fold starts from its model there that has not seen it
    frozen: Share = 0.0  # share of the layers with weights, from the input on, that keep those they begin with
    teacher: str = ""  # another run's folder: a fold learns from what networks that have not seen it answer
    teacher_models: tuple[str, ...] = ()  # those of the other run whose mean answer counts; none named: this model's
    teacher_share: Annotated[float, Field(ge=0, le=1)] = 0.5  # of it in a training drawing's target, beside its label
    pseudo_labels: Annotated[float | str, PlainValidator(_pseudo_labels)] = "off"  # or test drawings whose likeliest
    # class has this probability or more, such as 0.9, are learned by that answer; all of them from 0
    views: Count = (
        1  # looks at a drawing that a prediction is the mean of: as it is, then moved half as far as training
    )

    @model_validator(mode="after")
    def _one_average(self) -> Self:
        if self.ema and self.average_checkpoints > 1:
            raise ValueError(
                f"Expected ema or average_checkpoints, received ema={self.ema:g} and "
                f"average_checkpoints={self.average_checkpoints}. Set one of them off (0 and 1)."
            )
        return self

    @property
    def peak_rate(self) -> float:
        """The learning rate at the schedule's peak.

        `linear`: Goyal et al. 2017, for SGD; `sqrt`: Malladi et al. 2022, for Adam, whose noise it keeps the same.
        """
        times = self.batch_size / USUAL_BATCH
        return self.learning_rate * {"off": 1.0, "sqrt": math.sqrt(times), "linear": times}[self.scale_rate]

    def passes(self, rows: int) -> int:
        """The epochs that `epochs` comes to on so many training rows: a whole number, at least 1."""
        if isinstance(self.epochs, int):
            return self.epochs
        return max(1, round(int(self.epochs.split()[0]) / rows))

    def for_pretraining(self) -> "TrainSettings":
        """The same with `pretrain_epochs` for its length, read by the one feed that any drawings can be read by.

        Its last weights count, as they are: they are a beginning, and its epochs may be fewer than
        `average_checkpoints`.
        """
        alone = {"start_from": "", "teacher": "", "teacher_models": (), "pseudo_labels": "off"}
        off = {"frozen": 0.0, "rehearsal": 0.0, "discriminant": 0.0}
        return self.but(epochs=self.pretrain_epochs, feed="shards", average_checkpoints=1, **alone, **off)
