"""The course's text feed: `TextLineDataset` over `train_k*.csv.gz`, decoded and drawn line by line in Python."""

from typing import Any

import numpy as np
import orjson
import tensorflow as tf
from numpy.typing import NDArray

from features.augmentation import Augmentation
from features.csv_export import COLUMNS, csv_folder, csv_path
from features.drawings import Drawings, cv_of
from features.feeds.batching import Row, batches, in_python, make_one, only, rows_of
from features.inputs import Made, ModelInput
from features.shards import Shards
from ground.threads import threads

NEEDED = ("drawing", "y", "key_id")  # in the order of the columns
TYPES = (tf.string, tf.int32, tf.int64)
LINE_BYTES = 1000  # about, of a drawing with times


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
    folder, key_id = csv_folder(shards, inputs), shards.key_id[rows]

    def draw(drawing: bytes, luck: np.int64) -> Made:
        return make_one(Drawings.from_strokes([orjson.loads(drawing)]), inputs, augmentation, int(luck))

    def make(row: Row, luck: tf.Tensor) -> Any:
        return in_python(draw, [row["drawing"], luck], inputs)

    files = [csv_path(folder, cv) for cv in np.unique(cv_of(key_id))]  # a held-out fold's are not even opened
    lines = rows_of(files, lambda file: tf.data.TextLineDataset(file, "GZIP").skip(1), seed, shuffle)
    split = lines.map(_split, num_parallel_calls=threads())
    wanted = only(split, rows, shards.key_id, weights, numbered)
    return batches(wanted, make, batch_size, seed, shuffle, LINE_BYTES)


def _split(line: tf.Tensor) -> Row:
    """The values of a line that are needed."""
    places = [COLUMNS.index(name) for name in NEEDED]
    must_be_there = [tf.constant([], dtype) for dtype in TYPES]
    drawing, label, key_id = tf.io.decode_csv(line, must_be_there, select_cols=places)
    return {"drawing": drawing, "label": label, "key_id": key_id}
