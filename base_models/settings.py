"""How a base model is trained."""

from typing import Annotated, Literal

from pydantic import Field

from features.augmentation import Augmentation
from ground.settings import Settings

Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class TrainSettings(Settings):
    """The training of one (model, fold); a model may bring its own defaults, a run may override them by name."""

    epochs: Count = 20  # passes over the training rows; the schedule is laid over all of them
    batch_size: Count = 128  # drawings a step; small sets gain from more steps, a GPU from larger batches
    learning_rate: Positive = 2e-3  # peak of the schedule; AdamW on batches of about 128
    schedule: Literal["one_cycle", "cosine"] = "one_cycle"  # one_cycle: cosine up, then down; cosine: linear up
    warmup: Share = 0.15  # share of all steps spent on the way up to the peak
    weight_decay: Annotated[float, Field(ge=0)] = 0.03  # decoupled, a step, on kernels alone (AdamW)
    clip_norm: Positive = 5.0  # global norm of the gradient; recurrent nets need a bound, others hardly reach it
    label_smoothing: Share = 0.05  # about the share of wrong labels in the set
    inner_validation: Share = 0.02  # share of the training rows watched, never trained on; never the held-out fold
    augmentation: Augmentation = Augmentation()  # done on the points, before they are drawn
