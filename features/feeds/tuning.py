"""The feeds over `tf.data` work ahead by a fixed number of batches, without TensorFlow's tuning."""

import tensorflow as tf


def untuned(batches: tf.data.Dataset) -> tf.data.Dataset:
    """The same batches, without the thread that tunes buffers and threads while they are read.

    It sleeps ever longer between two looks, up to a minute, and the end of an epoch waits for it to wake: up to 30 s
    an epoch were lost so.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.with_options(options)
