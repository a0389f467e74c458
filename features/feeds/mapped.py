"""The default feed for TensorFlow: a `tf.data.Dataset` that maps the number of a batch to the batch.

Keras itself would read a `PyDataset` by TensorFlow's generator op. That op has glibc hand memory back to the system
as soon as it is free, for the whole process, and a training step then fetches all of it anew: an epoch of
`gray64_cnn` took half as long again.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from features.feeds import AHEAD
from features.feeds.batching import batch_spec, whole_batch
from features.feeds.shards import ShardFeed
from features.mixing import Batch


def mapped(feed: ShardFeed) -> tf.data.Dataset:
    """The batches of `feed`, made in a thread of their own while the model trains."""
    spec = batch_spec(feed.inputs, feed.weights is not None, feed.soft_classes)

    def make(place: np.int64) -> Batch:
        return feed[int(place)]

    def batch(place: tf.Tensor) -> Any:
        return whole_batch(make, [place], spec)

    return tf.data.Dataset.range(len(feed)).map(batch, num_parallel_calls=1, deterministic=True).prefetch(AHEAD)
