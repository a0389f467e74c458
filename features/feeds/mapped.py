"""The default feed for TensorFlow: a `tf.data.Dataset` that maps the number of a batch to the batch.

Keras itself would read a `PyDataset` by TensorFlow's generator op. That op has glibc hand memory back to the system
as soon as it is free, for the whole process, and a training step then fetches all of it anew: an epoch of
`gray64_cnn` took half as long again.
"""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from features.feeds.batching import spec_of
from features.feeds.shards import ShardFeed
from features.feeds.tuning import AHEAD


def mapped(feed: ShardFeed) -> tf.data.Dataset:
    """The batches of `feed`, made in a thread of their own while the model trains."""
    spec = spec_of(feed.inputs)
    arrays = tf.nest.flatten(spec)

    def make(place: np.int64) -> list[NDArray[Any]]:
        made: list[NDArray[Any]] = tf.nest.flatten(feed[int(place)])
        return made

    def batch(place: tf.Tensor) -> tuple[Any, tf.Tensor]:
        *x, y = tf.numpy_function(make, [place], [*(array.dtype for array in arrays), tf.int32])
        x = [tf.ensure_shape(tensor, (None, *array.shape)) for tensor, array in zip(x, arrays, strict=True)]
        return tf.nest.pack_sequence_as(spec, x), tf.ensure_shape(y, (None,))

    return tf.data.Dataset.range(len(feed)).map(batch, num_parallel_calls=1, deterministic=True).prefetch(AHEAD)
