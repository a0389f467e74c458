"""The course's `from_generator` feed: shard files in random order, row after row through a shuffle buffer.

A shuffle only as good as its buffer, and every row handed over by Python: the default feed does without both.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from features.augmentation import Augmentation, draw_transforms
from features.drawings import cv_of
from features.feeds import AHEAD
from features.feeds.batching import mixed, one_by_one, spec_of
from features.inputs import Made, ModelInput
from features.shards import Shards

BLOCK = 512  # drawings drawn at once, then handed out one by one


def feed(
    shards: Shards,
    rows: NDArray[np.int64],
    inputs: ModelInput,
    batch_size: int,
    augmentation: Augmentation | None = None,
    seed: int = 0,
    shuffle: bool = True,
    weights: NDArray[np.float32] | None = None,
    numbered: bool = False,
) -> tf.data.Dataset:
    """Batches of each of `rows` once, soft labels and mixing aside; see `open_feed`.

    `numbered`: y is the number of the row in place of its label.
    """
    files, spec = _by_file(shards, rows), spec_of(inputs)

    def examples() -> Iterator[tuple[Made, Any]]:
        rng = np.random.default_rng(seed)
        for file in rng.permutation(len(files)) if shuffle else range(len(files)):
            for first in range(0, len(files[file]), BLOCK):
                block = files[file][first : first + BLOCK]
                drawings = shards.take(block)
                transforms = None if augmentation is None else draw_transforms(drawings, augmentation, rng)
                made = one_by_one(inputs.make(drawings, transforms))
                labels = (block if numbered else shards.label[block]).astype(np.int32)
                yield from zip(made, labels, *([] if weights is None else [weights[block]]), strict=True)

    numbers = [tf.TensorSpec((), dtype) for dtype in ([tf.int32] if weights is None else [tf.int32, tf.float32])]
    pairs = tf.data.Dataset.from_generator(examples, output_signature=(spec, *numbers))
    pairs = pairs.apply(tf.data.experimental.assert_cardinality(len(rows)))
    if shuffle:
        row_bytes = sum(array.shape.num_elements() * array.dtype.size for array in tf.nest.flatten(spec))
        pairs = mixed(pairs, row_bytes, seed)
    return pairs.batch(batch_size).prefetch(AHEAD)


def _by_file(shards: Shards, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The rows of each shard file that holds any, in their order."""
    cv = cv_of(shards.key_id[rows])
    order = np.argsort(cv, kind="stable")
    return np.split(rows[order], np.flatnonzero(np.diff(cv[order])) + 1)
