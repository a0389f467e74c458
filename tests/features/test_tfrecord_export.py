import numpy as np
import pytest
import tensorflow as tf

from features.inputs import ColorImage, GrayImage
from features.tfrecord_export import export_tfrecord, needed_bytes
from features.tfrecord_folders import begin_records, records_for

GREY = GrayImage(size=16)


def examples(records, cv):
    """The parsed examples of one file, features by name."""
    raw = tf.data.TFRecordDataset(str(records.file(cv))).as_numpy_iterator()
    return [tf.train.Example.FromString(one).features.feature for one in raw]


def written(records):
    return sum(records.file(cv).stat().st_size for cv in range(100))


@pytest.mark.parametrize("encoding", ["raw", "png"])
def test_an_example_is_an_image_with_label_and_key_id(served, encoding):
    shards = served(encoding)
    (example, *_) = examples(records_for(shards.folder, encoding, GREY), cv=3)
    row = int(np.flatnonzero(shards.key_id == example["key_id"].int64_list.value[0])[0])
    assert set(example) == {"image", "label", "key_id"}
    assert example["label"].int64_list.value == [shards.label[row]]
    image = example["image"].bytes_list.value[0]
    pixels = tf.io.decode_raw(image, tf.uint8) if encoding == "raw" else tf.io.decode_png(image)
    assert np.array_equal(np.reshape(pixels, (16, 16, 1)), GREY.make(shards.take(np.array([row])))[0])


def test_an_example_of_strokes_has_their_arrays_in_place_of_an_image(served):
    shards = served("strokes")
    (example, *_) = examples(records_for(shards.folder, "strokes", GREY), cv=3)
    assert set(example) == {"points", "stroke_lengths", "time", "label", "key_id"}


def test_the_disk_that_pixels_take_is_foretold_to_the_byte(served):
    shards = served("raw")
    for picture in (GREY, ColorImage(size=16)):
        records = records_for(shards.folder, "raw", picture)
        assert needed_bytes(shards, records) == written(records)


@pytest.mark.parametrize("encoding", ["png", "strokes"])
def test_of_fewer_drawings_than_the_sample_the_others_are_foretold_to_the_byte_as_well(served, encoding):
    shards = served(encoding)
    records = records_for(shards.folder, encoding, GREY)
    assert needed_bytes(shards, records) == written(records)


@pytest.mark.parametrize("encoding", ["png", "strokes"])
def test_a_sample_foretells_rather_too_much_but_not_by_much(served, encoding, monkeypatch):
    monkeypatch.setattr("features.tfrecord_export.SAMPLE", 60)
    shards = served(encoding)
    records = records_for(shards.folder, encoding, GREY)
    assert written(records) < needed_bytes(shards, records) < 1.3 * written(records)


def test_a_file_that_is_there_is_not_written_again_and_a_missing_one_is_written_alike(own_shards):
    records = records_for(own_shards.folder, "raw", GREY)
    begin_records(records)
    export_tfrecord(str(records.folder), 3)
    content, stamp = records.file(3).read_bytes(), records.file(3).stat().st_mtime_ns
    export_tfrecord(str(records.folder), 3)
    assert records.file(3).stat().st_mtime_ns == stamp
    records.file(3).unlink()
    export_tfrecord(str(records.folder), 3)
    assert records.file(3).read_bytes() == content
    assert len(records.missing()) == 99
