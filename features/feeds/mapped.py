"""The default feed for TensorFlow: a `tf.data.Dataset` that maps the number of a batch to the batch.

Keras itself would read a `PyDataset` by TensorFlow's generator op. That op has glibc hand memory back to the system
as soon as it is free, for the whole process, and a training step then fetches all of it anew: an epoch of
`gray64_cnn` took half as long again.
"""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from features.feeds.shards import ShardFeed
from features.feeds.tuning import AHEAD


def mapped(feed: ShardFeed) -> tf.data.Dataset:
    """The batches of `feed`, made in a thread of their own while the model trains."""

    def make(place: np.int64) -> tuple[NDArray[Any], NDArray[np.int32]]:
        return feed[int(place)]

    def batch(place: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x, y = tf.numpy_function(make, [place], (tf.as_dtype(feed.inputs.dtype), tf.int32))
        return tf.ensure_shape(x, (None, *feed.inputs.shape)), tf.ensure_shape(y, (None,))

    return tf.data.Dataset.range(len(feed)).map(batch, num_parallel_calls=1, deterministic=True).prefetch(AHEAD)
