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
from features.drawings import Drawings
from features.feeds import AHEAD
from features.inputs import Made, ModelInput
from features.mixing import Batch, Mixing
from features.soft_labels import Targets
from ground.threads import threads

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


def only(
    rows: tf.data.Dataset,
    wanted_rows: NDArray[np.int64],
    key_id: NDArray[np.int64],
    weights: NDArray[np.float32] | None,
    numbered: bool,
) -> tf.data.Dataset:
    """The wanted rows, each as often as it is among them; of all drawings are `key_id` (N,) and `weights` (N,).

    With `weights` a row has its `weight`; `numbered`, its own number for its `label`. TensorFlow raises at the end of
    a pass where the rows are not as many.
    """
    known, first, counts = np.unique(key_id[wanted_rows], return_index=True, return_counts=True)
    given: dict[str, NDArray[Any]] = {} if weights is None else {"weight": weights[wanted_rows[first]]}
    if numbered:
        given["label"] = wanted_rows[first]
    with tf.device("CPU"):
        wanted, often = tf.constant(known), tf.constant(counts)
        columns = {name: tf.constant(column) for name, column in given.items()}

    def place(row: Row) -> tf.Tensor:
        return tf.minimum(tf.searchsorted(wanted, row["key_id"][None])[0], len(known) - 1)

    kept = rows.filter(lambda row: wanted[place(row)] == row["key_id"])
    if columns:
        kept = kept.map(lambda row: {**row, **{name: column[place(row)] for name, column in columns.items()}})
    if len(known) < len(wanted_rows):
        kept = kept.flat_map(lambda row: tf.data.Dataset.from_tensors(row).repeat(often[place(row)]))
    return kept.apply(tf.data.experimental.assert_cardinality(len(wanted_rows)))


def batches(
    rows: tf.data.Dataset,
    make: Callable[[Row, tf.Tensor], Any],
    batch_size: int,
    seed: int,
    shuffle: bool,
    row_bytes: int,
) -> tf.data.Dataset:
    """(x, y) from `make(row, luck)` and the labels, where luck is a random number of the row's own; of rows that
    have one, (x, y, weight)."""
    if shuffle:
        rows = mixed(rows, row_bytes, seed)

    def one(row: Row, luck: tf.Tensor) -> Any:
        weight = [row["weight"]] if "weight" in row else []
        return make(row, luck), tf.cast(row["label"], tf.int32), *weight

    luck = tf.data.Dataset.random(seed=seed)
    drawn = tf.data.Dataset.zip(rows, luck).map(one, num_parallel_calls=threads())
    return drawn.batch(batch_size).prefetch(AHEAD)


def softened(batches: tf.data.Dataset, inputs: ModelInput, targets: Targets) -> tf.data.Dataset:
    """Batches that have the numbers of their rows for labels, with the soft labels of these in their place."""
    given = batches.element_spec
    spec = batch_spec(inputs, len(given) == 3, targets.classes)

    def soften(*arrays: NDArray[Any]) -> Batch:
        x, rows, *weights = tf.nest.pack_sequence_as(given, arrays)
        return x, targets.soft(rows), *weights

    return batches.map(lambda *batch: whole_batch(soften, tf.nest.flatten(batch), spec)).prefetch(1)


def mixed_batches(
    batches: tf.data.Dataset, inputs: ModelInput, mixing: Mixing, seed: int, epoch: int
) -> tf.data.Dataset:
    """Each batch mixed within itself, as (seed, epoch, step) fix it."""
    given = batches.element_spec
    spec = batch_spec(inputs, len(given) == 3, mixing.classes)

    def mix(step: np.int64, *arrays: NDArray[Any]) -> Batch:
        return mixing.apply(tf.nest.pack_sequence_as(given, arrays), (seed, epoch, int(step) + 1))

    return (
        batches.enumerate().map(lambda step, batch: whole_batch(mix, [step, *tf.nest.flatten(batch)], spec)).prefetch(1)
    )


def whole_batch(function: Callable[..., Batch], arguments: Sequence[tf.Tensor], spec: Any) -> Any:
    """What a Python function makes of the arguments, as NumPy values: a batch as `spec` says."""
    arrays = tf.nest.flatten(spec)

    def flat(*values: Any) -> list[NDArray[Any]]:
        made: list[NDArray[Any]] = tf.nest.flatten(function(*values))
        return made

    made = tf.numpy_function(flat, arguments, [array.dtype for array in arrays])
    made = [tf.ensure_shape(tensor, array.shape) for tensor, array in zip(made, arrays, strict=True)]
    return tf.nest.pack_sequence_as(spec, made)


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


def batch_spec(inputs: ModelInput, weighted: bool, classes: int | None) -> Any:
    """The `tf.TensorSpec`s of whole batches: (x, y) or (x, y, weights), y labels or soft ones of so many classes."""
    x = tf.nest.map_structure(lambda one: tf.TensorSpec((None, *one.shape), one.dtype), spec_of(inputs))
    label = tf.TensorSpec((None,), tf.int32)
    y = label if classes is None else tf.TensorSpec((None, 1 + classes), tf.float32)
    return x, y, *([tf.TensorSpec((None,), tf.float32)] if weighted else [])


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
