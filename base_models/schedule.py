"""Learning-rate schedules over a known number of steps."""

import math
from typing import Any

import keras
from keras import ops

from base_models.settings import TrainSettings


@keras.saving.register_keras_serializable(package="doodlestack")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """Cosine up from peak / 25 to the peak, then cosine down to peak / 10,000 (Smith 2018, with cosine legs)."""

    def __init__(self, peak: float, steps: int, warmup: float) -> None:
        self.peak, self.steps, self.warmup = peak, steps, warmup

    def __call__(self, step: Any) -> Any:
        """The rate at `step`, counted from 0."""
        turn = max(1.0, self.warmup * self.steps)
        step = ops.cast(step, "float32")
        up = _cosine(self.peak / 25, self.peak, step / turn)
        down = _cosine(self.peak, self.peak / 1e4, (step - turn) / max(1.0, self.steps - turn))
        return ops.where(step < turn, up, down)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this schedule again."""
        return {"peak": self.peak, "steps": self.steps, "warmup": self.warmup}


def learning_rate_schedule(settings: TrainSettings, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """The schedule that `settings` ask for, laid over `steps` steps."""
    if settings.schedule == "one_cycle":
        return OneCycle(settings.peak_rate, steps, settings.warmup)
    up = int(settings.warmup * steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.peak_rate / 25 if up else settings.peak_rate,
        decay_steps=max(1, steps - up),
        warmup_target=settings.peak_rate if up else None,
        warmup_steps=up,
    )


def _cosine(start: float, end: float, share: Any) -> Any:
    share = ops.clip(share, 0.0, 1.0)
    return end + (start - end) * (1 + ops.cos(math.pi * share)) / 2
