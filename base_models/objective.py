"""What training minimises, and what is watched while it runs."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from base_models.settings import TrainSettings


def smoothed_crossentropy(classes: int, smoothing: float) -> Callable[[Any, Any], Any]:
    """Cross-entropy of labels (B,) against probabilities (B, C), the labels smoothed (Szegedy et al. 2016).

    Or of soft labels (B, 1 + C): the label, then each class's part in the target.
    """

    def loss(labels: Any, probabilities: Any) -> Any:
        if _are_soft(labels, probabilities):
            target = labels[:, 1:]
        else:
            target = ops.one_hot(label_of(labels, probabilities), classes)  # (B, C)
        return keras.losses.categorical_crossentropy(target, probabilities, label_smoothing=smoothing)

    return loss


def label_of(labels: Any, probabilities: Any) -> Any:
    """(B,) int32 the drawings' own labels, of labels (B,) or (B, 1), or of soft labels (B, 1 + C)."""
    if _are_soft(labels, probabilities):
        labels = labels[:, 0]
    return ops.cast(ops.reshape(labels, (-1,)), "int32")


def _are_soft(labels: Any, probabilities: Any) -> bool:
    return len(labels.shape) == 2 and labels.shape[1] == probabilities.shape[1] + 1


def accuracy() -> keras.metrics.Metric:
    """The share of drawings whose own label has the highest probability, among mixed ones that with the larger part."""

    def value(labels: Any, probabilities: Any) -> Any:
        return keras.metrics.sparse_categorical_accuracy(label_of(labels, probabilities), probabilities)

    return keras.metrics.MeanMetricWrapper(value, name="accuracy")


def map_at_3() -> keras.metrics.Metric:
    """MAP@3 with one true class: 1, 1/2 or 1/3 for the true class in place 1, 2 or 3, else 0.

    Among equal probabilities the true class comes last, so that a constant output earns nothing.
    """

    def value(labels: Any, probabilities: Any) -> Any:
        labels = ops.reshape(label_of(labels, probabilities), (-1, 1))
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
        """Put the averages in the place of the weights."""
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
