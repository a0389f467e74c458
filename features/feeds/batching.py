"""What the feeds over `tf.data` share: files in random order, the wanted rows, a shuffle buffer, batches.

A row on its way is a dictionary of tensors, `key_id` and `label` among them, still undrawn: undrawn rows are small,
so the buffer that shuffles them is small as well.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from features.augmentation import Augmentation, draw_transforms
from features.cores import threads
from features.drawings import Drawings
from features.feeds.tuning import AHEAD
from features.inputs import ModelInput

Row = dict[str, tf.Tensor]
AT_ONCE = 4  # files whose rows are mixed; each is in random order already
BUFFER_ROWS = 10_240  # that are shuffled among one another; the course's
BUFFER_BYTES = 2**28  # at most: pictures of 128 × 128 × 3 bytes fill it with 5,461 rows


def rows_of(
    files: Sequence[Path], read: Callable[[tf.Tensor], tf.data.Dataset], seed: int, shuffle: bool
) -> tf.data.Dataset:
    """What `read` gives of each file: of a few at a time in random order, or of one after another."""
    names = tf.data.Dataset.from_tensor_slices(tf.constant([str(file) for file in files], tf.string))
    if not shuffle:
        return names.flat_map(read)
    names = names.shuffle(max(1, len(files)), seed=seed, reshuffle_each_iteration=False)
    return names.interleave(read, cycle_length=AT_ONCE, num_parallel_calls=threads())


def only(rows: tf.data.Dataset, key_id: NDArray[np.int64]) -> tf.data.Dataset:
    """The rows with these key_ids; TensorFlow raises at the end of a pass where they are not as many."""
    with tf.device("CPU"):
        wanted = tf.constant(np.sort(key_id))

    def is_wanted(row: Row) -> tf.Tensor:
        place = tf.minimum(tf.searchsorted(wanted, row["key_id"][None])[0], len(key_id) - 1)
        return wanted[place] == row["key_id"]

    return rows.filter(is_wanted).apply(tf.data.experimental.assert_cardinality(len(key_id)))


def batches(
    rows: tf.data.Dataset,
    make: Callable[[Row, tf.Tensor], tf.Tensor],
    batch_size: int,
    seed: int,
    shuffle: bool,
    row_bytes: int,
) -> tf.data.Dataset:
    """(x, y) from `make(row, luck)` and the labels, where luck is a random number of the row's own."""
    if shuffle:
        rows = mixed(rows, row_bytes, seed)
    luck = tf.data.Dataset.random(seed=seed)
    drawn = tf.data.Dataset.zip(rows, luck).map(
        lambda row, luck: (make(row, luck), tf.cast(row["label"], tf.int32)), num_parallel_calls=threads()
    )
    return drawn.batch(batch_size).prefetch(AHEAD)


def mixed(rows: tf.data.Dataset, row_bytes: int, seed: int) -> tf.data.Dataset:
    """The rows out of a shuffle buffer of bounded size."""
    held = max(1, min(BUFFER_ROWS, BUFFER_BYTES // row_bytes))
    return rows.shuffle(held, seed=seed, reshuffle_each_iteration=False)


def in_python(function: Callable[..., NDArray[Any]], arguments: Sequence[tf.Tensor], inputs: ModelInput) -> tf.Tensor:
    """One input made by a Python function of the arguments as NumPy values or bytes: `map` itself runs in a graph."""

    def eager(*tensors: tf.Tensor) -> NDArray[Any]:
        return function(*(tensor.numpy() for tensor in tensors))

    made = tf.py_function(eager, arguments, tf.as_dtype(inputs.dtype))
    made.set_shape(inputs.shape)
    return made


def make_one(drawing: Drawings, inputs: ModelInput, augmentation: Augmentation | None, luck: int) -> NDArray[Any]:
    """The input of a single drawing."""
    transforms = None
    if augmentation is not None:
        transforms = draw_transforms(drawing, augmentation, np.random.default_rng(luck))
    made: NDArray[Any] = inputs.make(drawing, transforms)[0]
    return made
