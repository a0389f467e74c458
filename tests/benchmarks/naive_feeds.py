"""The course's three ways of reading, written plainly with `tf.data`: what the shard feed is measured against.

Each gives batches (x, y) for ever. Pictures are 64 px grey; the course divides those it draws by 255 and makes its
labels one-hot, finished ones come as bytes.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import NDArray

from tests.benchmarks.naive import draw_gray

SIZE, AUTOTUNE = 64, tf.data.AUTOTUNE
GENERATOR_BUFFER, TEXT_BUFFER = 10_240, 3_000  # rows that are shuffled among one another
TEXT_COLUMNS, DRAWING, Y = 7, 1, 5  # of train_k*.csv.gz


def generator_feed(
    files: Sequence[Path], classes: int, batch_size: int, buffer: int = GENERATOR_BUFFER
) -> tf.data.Dataset:
    """A Python loader that reads a CSV file, draws all its rows and yields them one by one."""

    def rows() -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        rng = np.random.default_rng()
        while True:
            for place in rng.permutation(len(files)):
                table = pd.read_csv(files[place])
                x = np.zeros((len(table), SIZE, SIZE, 1), np.float32)
                for row, drawing in enumerate(table["drawing"]):
                    x[row, :, :, 0] = draw_gray(json.loads(drawing), SIZE)
                yield from zip(x / 255, keras.utils.to_categorical(table["y"], classes), strict=True)

    signature = tf.TensorSpec((SIZE, SIZE, 1), tf.float32), tf.TensorSpec((classes,), tf.float32)
    dataset = tf.data.Dataset.from_generator(rows, output_signature=signature)
    return dataset.prefetch(buffer).shuffle(buffer).batch(batch_size)


def textline_feed(files: Sequence[Path], classes: int, batch_size: int, buffer: int = TEXT_BUFFER) -> tf.data.Dataset:
    """Lines of gzipped CSV files, each decoded and drawn by a call of Python."""

    def draw(drawing: tf.Tensor) -> NDArray[np.uint8]:
        return draw_gray(json.loads(drawing.numpy()), SIZE)

    def example(line: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        values = tf.io.decode_csv(line, [""] * TEXT_COLUMNS)
        image = tf.reshape(tf.py_function(draw, [values[DRAWING]], tf.uint8), (SIZE, SIZE, 1))
        return tf.cast(image, tf.float32) / 255, tf.one_hot(tf.strings.to_number(values[Y], tf.int32), classes)

    names = tf.data.Dataset.from_tensor_slices([str(file) for file in files])
    lines = names.interleave(lambda file: tf.data.TextLineDataset(file, "GZIP").skip(1), num_parallel_calls=AUTOTUNE)
    pictures = lines.repeat().map(example, num_parallel_calls=AUTOTUNE)
    return pictures.prefetch(AUTOTUNE).shuffle(buffer).batch(batch_size)


def write_tfrecord(path: Path, images: NDArray[np.uint8], labels: NDArray[np.int16]) -> None:
    """Finished pictures as raw bytes, `image` and `label`."""
    with tf.io.TFRecordWriter(str(path)) as out:
        for image, label in zip(images, labels.tolist(), strict=True):
            feature = {
                "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[image.tobytes()])),
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
            }
            out.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())


LAYOUT = {"image": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}


def tfrecord_feed(files: Sequence[Path], batch_size: int, buffer: int = GENERATOR_BUFFER) -> tf.data.Dataset:
    """Finished pictures of tfrecord files, each taken apart by itself."""

    def example(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        held = tf.io.parse_single_example(record, LAYOUT)
        return tf.reshape(tf.io.decode_raw(held["image"], tf.uint8), (SIZE, SIZE, 1)), held["label"]

    records = _records(files, buffer)
    return records.map(example, num_parallel_calls=AUTOTUNE).batch(batch_size).prefetch(AUTOTUNE)


def tfrecord_feed_by_batch(files: Sequence[Path], batch_size: int, buffer: int = GENERATOR_BUFFER) -> tf.data.Dataset:
    """The same, a whole batch of records taken apart at once: the quickest that TensorFlow has."""

    def examples(records: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        held = tf.io.parse_example(records, LAYOUT)
        return tf.reshape(tf.io.decode_raw(held["image"], tf.uint8), (-1, SIZE, SIZE, 1)), held["label"]

    batches = _records(files, buffer).batch(batch_size)
    return batches.map(examples, num_parallel_calls=AUTOTUNE).prefetch(AUTOTUNE)


def _records(files: Sequence[Path], buffer: int) -> Any:
    names = [str(file) for file in np.random.default_rng().permutation(np.array(files, object))]
    return tf.data.TFRecordDataset(names, num_parallel_reads=AUTOTUNE).repeat().shuffle(buffer)
