"""The shards as TFRecords: a `tf.train.Example` a drawing, with finished pixels, the course's way, or its strokes.

Every example has `label` and `key_id`, int64. Pictures add `image`: their uint8 pixels row by row (raw) or a PNG
file. Strokes add `points`, `stroke_lengths` and `time`: see `features.stroke_bytes`.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from features.drawings import Drawings
from features.shards import Shards, open_drawings, shard_path
from features.stroke_bytes import stroke_bytes
from features.tfrecord_folders import MANIFEST, Records, read_records
from ground.files import whole_file

BLOCK = 512  # drawings drawn at once
FRAME = 16  # bytes that the file adds to a record: its length in 8 and two checksums of 4
SAMPLE = 2000  # drawings by which the whole is estimated
PNG = (cv2.IMWRITE_PNG_COMPRESSION, 6)  # a quarter less than OpenCV's own 1; 9 takes three times as long for 2 %


def export_tfrecord(folder: str, cv: int) -> None:
    """Write one shard as tfrecords into the folder, as the manifest there says, unless it is there.

    One restartable task.
    """
    records = read_records(Path(folder) / MANIFEST)
    if records.file(cv).exists():
        return
    drawings = open_drawings(shard_path(records.beside, cv))
    with whole_file(records.file(cv)) as temporary, tf.io.TFRecordWriter(str(temporary)) as out:
        for first in range(0, len(drawings), BLOCK):
            rows = np.arange(first, min(first + BLOCK, len(drawings)))
            for example in examples(drawings.take(rows), records):
                out.write(example)


def examples(drawings: Drawings, records: Records) -> Iterator[bytes]:
    """A serialised `tf.train.Example` for each drawing."""
    if records.picture is None:
        contents = stroke_bytes(drawings)
    else:
        encode = _png if records.encoding == "png" else _raw
        contents = ({"image": encode(image)} for image in records.picture.make(drawings))
    for content, label, key_id in zip(contents, drawings.label.tolist(), drawings.key_id.tolist(), strict=True):
        yield _example(content, label, key_id)


def needed_bytes(shards: Shards, records: Records) -> int:
    """The bytes of all tfrecord files: exactly for raw pixels, else estimated from a sample, rather too many.

    The sample's mean has three standard errors added, so that the estimate is short once in 700 times.
    """
    total = len(shards)
    if records.encoding == "raw" and records.picture is not None:
        return _raw_bytes(shards, int(np.prod(records.picture.shape)))
    if not total:
        return 0
    rows = np.unique(np.linspace(0, total, SAMPLE, endpoint=False, dtype=np.int64))
    sizes = np.array([FRAME + len(example) for example in examples(shards.take(rows), records)])
    error = sizes.std() * np.sqrt(1 / len(rows) - 1 / total)  # none where the sample is all there is
    return int(np.rint(total * (sizes.mean() + 3 * error)))


def _raw_bytes(shards: Shards, pixels: int) -> int:
    """Records differ in nothing but the bytes that label and key_id take: one of each kind is made and measured."""
    label, key_id = shards.label.astype(np.int64), shards.key_id
    kind = 16 * _number_bytes(label) + _number_bytes(key_id)
    _, place, count = np.unique(kind, return_index=True, return_counts=True)
    image = {"image": bytes(pixels)}
    sizes = [FRAME + len(_example(image, int(label[one]), int(key_id[one]))) for one in place]
    return int(np.dot(count, sizes))


def _number_bytes(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bytes of a whole number from 0 in a protocol buffer, seven of its bits in each."""
    return 1 + np.searchsorted(2 ** (7 * np.arange(1, 9)), values, side="right")


def _example(content: dict[str, bytes], label: int, key_id: int) -> bytes:
    feature = {name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[data])) for name, data in content.items()}
    for name, number in (("label", label), ("key_id", key_id)):
        feature[name] = tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    serialised: bytes = example.SerializeToString(deterministic=True)  # equal in, equal out
    return serialised


def _raw(image: NDArray[np.uint8]) -> bytes:
    return image.tobytes()


def _png(image: NDArray[np.uint8]) -> bytes:
    """A PNG file of an image (H, W, 1) or (H, W, 3) of red, green and blue, which OpenCV takes in reverse."""
    _, data = cv2.imencode(".png", image[..., ::-1], PNG)
    packed: bytes = data.tobytes()
    return packed
