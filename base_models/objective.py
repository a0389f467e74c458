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


class AveragedAdamW(keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW (Loshchilov & Hutter 2019) that keeps moving averages of the weights until it is told to use them.

    Keras by itself puts them in place at the end of each `fit`, and here a `fit` is an epoch.
    """

    def finalize_variable_values(self, var_list: list[Any]) -> None:
        """Leave the weights as they are."""

    def use_averages(self, network: keras.Model) -> None:
        """Put the averages in the place of the weights, where it keeps any."""
        super().finalize_variable_values(network.trainable_variables)


def optimizer(settings: TrainSettings, schedule: keras.optimizers.schedules.LearningRateSchedule) -> AveragedAdamW:
    """AdamW whose decay spares biases and normalisation scales, with averages where `settings.ema` asks for them."""
    adamw = AveragedAdamW(
        schedule,
        weight_decay=settings.weight_decay,
        global_clipnorm=settings.clip_norm,
        use_ema=settings.ema > 0,
        ema_momentum=settings.ema,
    )
    adamw.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return adamw
