"""What the feeds over `tf.data` share: files in random order, the wanted rows, a shuffle buffer, batches.

A row on its way is a dictionary of tensors, `key_id` and `label` among them, still undrawn: undrawn rows are small,
so the buffer that shuffles them is small as well.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from features.augmentation import Augmentation, draw_transforms
from features.cores import threads
from features.drawings import Drawings
from features.feeds.tuning import AHEAD
from features.inputs import Made, ModelInput

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
    make: Callable[[Row, tf.Tensor], Any],
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


def in_python(function: Callable[..., Made], arguments: Sequence[tf.Tensor], inputs: ModelInput) -> Any:
    """One input made by a Python function of the arguments as NumPy values or bytes: `map` itself runs in a graph."""
    spec = spec_of(inputs)
    arrays = tf.nest.flatten(spec)

    def eager(*tensors: tf.Tensor) -> list[NDArray[Any]]:
        made: list[NDArray[Any]] = tf.nest.flatten(function(*(tensor.numpy() for tensor in tensors)))
        return made

    given = tf.py_function(eager, arguments, [array.dtype for array in arrays])
    for tensor, array in zip(given, arrays, strict=True):
        tensor.set_shape(array.shape)
    return tf.nest.pack_sequence_as(spec, given)


def spec_of(inputs: ModelInput) -> Any:
    """The `tf.TensorSpec` of one drawing's input, or a dictionary of such."""
    if isinstance(inputs.shape, dict):
        return {name: tf.TensorSpec(shape, inputs.dtype[name]) for name, shape in inputs.shape.items()}
    return tf.TensorSpec(inputs.shape, inputs.dtype)


def one_by_one(made: Made) -> Iterator[Made]:
    """The inputs of a batch, each by itself."""
    if not isinstance(made, dict):
        return iter(made)
    return (dict(zip(made, arrays, strict=True)) for arrays in zip(*made.values(), strict=True))


def make_one(drawing: Drawings, inputs: ModelInput, augmentation: Augmentation | None, luck: int) -> Made:
    """The input of a single drawing."""
    transforms = None
    if augmentation is not None:
        transforms = draw_transforms(drawing, augmentation, np.random.default_rng(luck))
    return next(one_by_one(inputs.make(drawing, transforms)))
