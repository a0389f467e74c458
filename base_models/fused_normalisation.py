"""Batch normalisation in one operation, where Keras gives TensorFlow a dozen.

They were half the time of a step of `efficientnet_lite0` on one core.
"""

from typing import Any

import keras
from keras import layers, ops

FUSED = ("float32", "float16", "bfloat16")  # what TensorFlow's operation takes


class FusedNormalisation(layers.BatchNormalization):  # type: ignore[misc]
    """Keras's, of pictures, to the same values; under TensorFlow."""

    @staticmethod
    def is_quicker(layer: keras.layers.Layer) -> bool:
        """Than `layer`, of whichever class that is."""
        if keras.backend.backend() != "tensorflow" or type(layer) is not layers.BatchNormalization:
            return False
        return layer.axis in (-1, 3) and not layer.renorm and not layer.synchronized

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """(B, H, W, C) to the same; what else there is as Keras does it."""
        pictures = len(inputs.shape) == 4 and keras.backend.standardize_dtype(inputs.dtype) in FUSED
        frozen = training and not self.trainable  # TensorFlow has no deterministic gradient of that on a GPU
        if not pictures or mask is not None or frozen:
            return super().call(inputs, training=training, mask=mask)
        if not training:
            return self._normalised(inputs, self.moving_mean, self.moving_variance, is_training=False)[0]
        empty = ops.zeros((0,))
        outputs, mean, unbiased, *_ = self._normalised(inputs, empty, empty, is_training=True)
        count = ops.cast(ops.size(inputs) // inputs.shape[-1], "float32")
        variance = unbiased * (count - 1) / count  # as Keras has it
        self.moving_mean.assign(self.moving_mean * self.momentum + mean * (1 - self.momentum))
        self.moving_variance.assign(self.moving_variance * self.momentum + variance * (1 - self.momentum))
        return outputs

    def _normalised(self, inputs: Any, mean: Any, variance: Any, is_training: bool) -> Any:
        from tensorflow import raw_ops  # which other backends do without

        channels = inputs.shape[-1:]
        return raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=ops.convert_to_tensor(self.gamma if self.scale else ops.ones(channels)),
            offset=ops.convert_to_tensor(self.beta if self.center else ops.zeros(channels)),
            mean=ops.convert_to_tensor(mean),
            variance=ops.convert_to_tensor(variance),
            epsilon=self.epsilon,
            is_training=is_training,
        )
