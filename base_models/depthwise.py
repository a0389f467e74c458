"""Depthwise convolution, with the gradients that each backend is quick at on a CPU."""

from typing import Any, Literal, NamedTuple

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("doodlestack")  # for networks that were saved with it
class DepthwiseConv2D(layers.DepthwiseConv2D):  # type: ignore[misc]
    """Keras's, of one output a channel, to the same values.

    Under jax it is a sum of shifted pictures: the gradient of a convolution with as many groups as channels takes XLA
    as long as one without groups. A step of `efficientnet_lite0` on two cores took five times as long. Under
    TensorFlow on a CPU the kernel's gradient is TensorFlow's own beside oneDNN's other operations: oneDNN's takes
    three times as long on one that has AVX2 and no more, a fifth of a step of `fusion_lite_lstm` on 128 px.
    """

    @staticmethod
    def is_quicker(layer: keras.layers.Layer) -> bool:
        """Than `layer`, of whichever class that is."""
        return type(layer) is layers.DepthwiseConv2D

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """(B, H, W, C) to (B, H / stride, W / stride, C)."""
        if self.depth_multiplier > 1 or self.data_format != "channels_last" or set(self.dilation_rate) != {1}:
            return super().call(inputs)
        if keras.backend.backend() == "jax":
            return self._ended(self._shifted(inputs))
        if keras.backend.backend() == "tensorflow" and _is_for_one_dnn(inputs):
            return self._ended(self._of_two_libraries(inputs))
        return super().call(inputs)

    def _ended(self, sums: Any) -> Any:
        """With the bias and the activation."""
        total = sums + self.bias if self.use_bias else sums
        return self.activation(ops.cast(total, self.compute_dtype))

    def _shifted(self, inputs: Any) -> Any:
        """The sum of shifted pictures: they are multiplied and added in one pass."""
        rows, columns = self._windows(inputs)
        padded = ops.pad(inputs, ((0, 0), rows.padding, columns.padding, (0, 0)))
        kernel = ops.cast(self.kernel, "float32")[..., 0]  # sums in half precision would lose small terms
        shifted = [
            padded[:, row, column] * kernel[i, j]
            for i, row in enumerate(rows.taken)
            for j, column in enumerate(columns.taken)
        ]
        return sum(shifted)

    def _of_two_libraries(self, inputs: Any) -> Any:
        """TensorFlow's operation, whose gradient of the kernel names its padding: oneDNN leaves such ones alone."""
        import tensorflow as tf

        rows, columns = self._windows(inputs)
        named = [0, 0, *rows.padding, *columns.padding, 0, 0]
        known = {"strides": [1, *self.strides, 1], "padding": self.padding.upper()}

        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def convolved(pictures: Any, kernel: Any) -> tuple[Any, Any]:
            def gradients(above: Any) -> tuple[Any, Any]:
                of_pictures = tf.raw_ops.DepthwiseConv2dNativeBackpropInput(
                    input_sizes=tf.shape(pictures), filter=kernel, out_backprop=above, **known
                )
                of_kernel = tf.raw_ops.DepthwiseConv2dNativeBackpropFilter(
                    input=pictures,
                    filter_sizes=tf.shape(kernel),
                    out_backprop=above,
                    **{**known, "padding": "EXPLICIT", "explicit_paddings": named},
                )
                return of_pictures, of_kernel

            return tf.raw_ops.DepthwiseConv2dNative(input=pictures, filter=kernel, **known), gradients

        return convolved(inputs, tf.convert_to_tensor(self.kernel))

    def _windows(self, inputs: Any) -> tuple["_Windows", "_Windows"]:
        """Of the rows, of the columns."""
        sides = zip(inputs.shape[1:3], self.kernel_size, self.strides, strict=True)
        rows, columns = (_windows(side, kernel, stride, self.padding) for side, kernel, stride in sides)
        return rows, columns


def _is_for_one_dnn(inputs: Any) -> bool:
    """Whether oneDNN would convolve them: on a CPU, in float32; of a size that is known, so that padding has one."""
    import tensorflow as tf

    if keras.backend.standardize_dtype(inputs.dtype) != "float32" or None in inputs.shape[1:3]:
        return False
    return not tf.config.list_physical_devices("GPU")


class _Windows(NamedTuple):
    """How a side is seen by each place of a kernel."""

    padding: tuple[int, int]
    taken: tuple[slice, ...]


def _windows(side: int, kernel: int, stride: int, padding: Literal["same", "valid"]) -> _Windows:
    """As Keras lays them out: from the first pixel on, or in the middle of what is padded to see every pixel."""
    seen = -(-side // stride) if padding == "same" else (side - kernel) // stride + 1
    length = (seen - 1) * stride + 1  # from the first pixel that a place of the kernel sees to its last
    missing = max(length - 1 + kernel - side, 0)
    taken = tuple(slice(place, place + length, stride) for place in range(kernel))
    return _Windows((missing // 2, missing - missing // 2), taken)
