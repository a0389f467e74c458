"""The course's TFRecord feed: finished pixels read back, or strokes drawn row by row in Python."""

from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from features.augmentation import Augmentation
from features.drawings import cv_of
from features.feeds.batching import Row, batches, in_python, make_one, only, rows_of
from features.inputs import Made, ModelInput
from features.shards import Shards
from features.stroke_bytes import drawing_of
from features.tfrecord_folders import find_records
from ground.threads import threads

NUMBERS = {name: tf.io.FixedLenFeature([], tf.int64) for name in ("label", "key_id")}
IMAGE = ("image",)
STROKES = ("points", "stroke_lengths", "time")
STROKES_BYTES = 500  # about, of a drawing with times


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
    records, key_id = find_records(shards, inputs, augmented=augmentation is not None), shards.key_id[rows]
    names = STROKES if records.picture is None else IMAGE
    layout = {**NUMBERS, **{name: tf.io.FixedLenFeature([], tf.string) for name in names}}

    def draw(*values: Any) -> Made:
        *strokes, luck = values
        return make_one(drawing_of(*strokes), inputs, augmentation, int(luck))

    def make(row: Row, luck: tf.Tensor) -> Any:
        if records.encoding == "raw":
            return tf.reshape(tf.io.decode_raw(row["image"], tf.uint8), inputs.shape)
        if records.encoding == "png":
            return tf.ensure_shape(tf.io.decode_png(row["image"]), inputs.shape)
        return in_python(draw, [*(row[name] for name in STROKES), luck], inputs)

    files = [records.file(cv) for cv in np.unique(cv_of(key_id))]  # a held-out fold's are not even opened
    parsed = rows_of(files, tf.data.TFRecordDataset, seed, shuffle).map(
        partial(tf.io.parse_single_example, features=layout), num_parallel_calls=threads()
    )
    row_bytes = STROKES_BYTES if records.picture is None else int(np.prod(inputs.shape))
    wanted = only(parsed, rows, shards.key_id, weights, numbered)
    return batches(wanted, make, batch_size, seed, shuffle, row_bytes)
