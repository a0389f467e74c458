"""What training minimises, and what is watched while it runs."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from base_models.settings import TrainSettings


def smoothed_crossentropy(classes: int, smoothing: float) -> Callable[[Any, Any], Any]:
    """Cross-entropy of labels (B,) against probabilities (B, C), the labels smoothed (Szegedy et al. 2016)."""

    def loss(labels: Any, probabilities: Any) -> Any:
        target = ops.one_hot(ops.cast(ops.reshape(labels, (-1,)), "int32"), classes)  # (B, C)
        return keras.losses.categorical_crossentropy(target, probabilities, label_smoothing=smoothing)

    return loss


def map_at_3() -> keras.metrics.Metric:
    """MAP@3 with one true class: 1, 1/2 or 1/3 for the true class in place 1, 2 or 3, else 0.

    Among equal probabilities the true class comes last, so that a constant output earns nothing.
    """

    def value(labels: Any, probabilities: Any) -> Any:
        labels = ops.cast(ops.reshape(labels, (-1, 1)), "int32")
        true = ops.take_along_axis(probabilities, labels, axis=1)  # (B, 1)
        place = ops.sum(ops.cast(probabilities >= true, "float32"), axis=1)  # (B,) from 1
        return ops.where(place <= 3, 1 / place, 0.0)

    return keras.metrics.MeanMetricWrapper(value, name="map_at_3")


def optimizer(settings: TrainSettings, schedule: keras.optimizers.schedules.LearningRateSchedule) -> Any:
    """AdamW whose decay spares biases and normalisation scales (Loshchilov & Hutter 2019)."""
    adamw = keras.optimizers.AdamW(schedule, weight_decay=settings.weight_decay, global_clipnorm=settings.clip_norm)
    adamw.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return adamw
