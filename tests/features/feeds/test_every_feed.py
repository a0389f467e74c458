"""What holds of every feed: the same drawings, labels and pixels, each wanted row once an epoch."""

import keras
import numpy as np
import pytest

from features.augmentation import Augmentation
from features.drawings import cv_of
from features.feeds.batching import one_by_one
from features.feeds.opening import check_feed, open_feed
from features.inputs import ColorImage, GrayImage, ImageAndSequence, StrokeSequence
from features.mixing import Mixing
from features.soft_labels import soft_labels

INPUTS = {
    "grey": GrayImage(size=16),
    "colour with time": ColorImage(size=16),
    "colour without": ColorImage(size=16, use_time=False),
    "grey by opencv": GrayImage(size=16, renderer="opencv"),
    "sequence": StrokeSequence(length=12),
    "image and sequence": ImageAndSequence(image=ColorImage(size=16), sequence=StrokeSequence(length=12)),
}
FEEDS = {  # the feed, and what lies beside the shards for it
    "shards": ("shards", "csv"),
    "generator": ("generator", "csv"),
    "textline": ("textline", "csv-time"),
    "tfrecord of pixels": ("tfrecord", "raw"),
    "tfrecord of png": ("tfrecord", "png"),
    "tfrecord of strokes": ("tfrecord", "strokes"),
}
REDRAWN = ("shards", "generator", "textline", "tfrecord of strokes")
WITHOUT = {
    "tfrecord of pixels": ("sequence", "image and sequence"),
    "tfrecord of png": ("sequence", "image and sequence", "colour without", "grey by opencv"),
}
PAIRS = [(feed, seen) for feed in FEEDS for seen in INPUTS if seen not in WITHOUT.get(feed, ())]
BATCH = 32


@pytest.fixture
def rows(known_shards):
    """Those outside fold 1 of 3, but for every ninth, which is only watched."""
    return np.delete(np.flatnonzero(cv_of(known_shards.key_id) % 3 != 1), slice(None, None, 9))


@pytest.fixture
def opened(served, rows):
    """Opens a feed by its name above."""

    def open_it(feed, rows=rows, inputs=INPUTS["grey"], **changes):
        name, beside = FEEDS[feed]
        return open_feed(name, served(beside), rows, inputs, BATCH, **changes)

    return open_it


def batches(feed):
    """Its epoch as NumPy arrays."""
    return [keras.tree.map_structure(lambda tensor: tensor.numpy(), batch) for batch in feed]


def labels(feed):
    """One epoch's labels in their order."""
    return [int(label) for _, y in batches(feed) for label in y]


def by_drawing(feed):
    """One epoch's inputs by their labels, which name the drawings; each drawing at most once."""
    pairs = [(int(label), one) for x, y in batches(feed) for one, label in zip(one_by_one(x), y, strict=True)]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def assert_same(one, other):
    """One drawing's input and another, an array each or several by their names."""
    keras.tree.assert_same_structure(one, other)
    for array, expected in zip(keras.tree.flatten(one), keras.tree.flatten(other), strict=True):
        assert array.dtype == expected.dtype
        assert np.array_equal(array, expected)


@pytest.mark.parametrize(("feed", "seen"), PAIRS)
def test_every_feed_gives_each_wanted_row_once_with_the_same_label_and_pixels(feed, seen, opened, known_shards, rows):
    inputs = INPUTS[seen]
    given = by_drawing(opened(feed, inputs=inputs, seed=5))
    made = one_by_one(inputs.make(known_shards.take(rows)))
    expected = dict(zip(known_shards.label[rows].tolist(), made, strict=True))
    assert sorted(given) == sorted(expected)
    for label, one in given.items():
        assert_same(one, expected[label])


@pytest.mark.parametrize("feed", FEEDS)
def test_without_shuffle_rows_come_in_the_order_of_the_shards_in_as_many_steps(feed, opened, known_shards, rows):
    ordered = opened(feed, shuffle=False)
    assert labels(ordered) == known_shards.label[rows].tolist()
    given = batches(ordered)
    assert len(ordered) == len(given) == -(-len(rows) // BATCH)
    assert [len(y) for _, y in given] == [BATCH] * (len(rows) // BATCH) + [len(rows) % BATCH]
    assert {y.dtype for _, y in given} == {np.dtype(np.int32)}


@pytest.mark.parametrize("feed", FEEDS)
def test_epochs_and_seeds_differ_in_order_and_each_gives_its_own_again(feed, opened):
    seeds_and_epochs = [(1, 0), (2, 0), (1, 7)]
    orders = [labels(opened(feed, seed=seed, epoch=epoch)) for seed, epoch in seeds_and_epochs]
    assert len({tuple(order) for order in orders}) == 3
    again = opened(feed, seed=1)
    assert labels(again) == labels(again) == orders[0]


@pytest.mark.parametrize("feed", FEEDS)
def test_an_epoch_goes_on_at_any_of_its_steps(feed, opened):
    settings = {"seed": 1, "epoch": 2, "augmentation": Augmentation(jitter=1) if feed in REDRAWN else None}
    whole, rest = batches(opened(feed, **settings)), batches(opened(feed, **settings, first_step=2))
    assert len(rest) == len(whole) - 2
    for expected, given in zip(whole[2:], rest, strict=True):
        assert all(np.array_equal(here, there) for here, there in zip(expected, given, strict=True))


@pytest.mark.parametrize("feed", REDRAWN)
def test_augmentations_differ_from_epoch_to_epoch_and_come_again_with_the_seed(feed, opened):
    augmentation = Augmentation(rotate=20, shift=10, jitter=1)
    still = by_drawing(opened(feed))
    first, second, again = (
        by_drawing(opened(feed, augmentation=augmentation, seed=3, epoch=epoch)) for epoch in (0, 1, 0)
    )
    for pictures, others in ((first, still), (first, second)):
        differ = [not np.array_equal(pictures[label], others[label]) for label in still]
        assert np.mean(differ) > 0.9  # not all: one drawing is empty
    assert all(np.array_equal(first[label], again[label]) for label in still)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_row_that_is_wanted_several_times_comes_as_often_with_its_weight(feed, opened, known_shards, rows):
    wanted = np.repeat(rows[:20], np.arange(20) % 3 + 1)
    weights = np.random.default_rng(0).random(len(known_shards), np.float32)
    given = batches(opened(feed, rows=wanted, weights=weights))
    pairs = [pair for _, *columns in given for pair in zip(*(column.tolist() for column in columns), strict=True)]
    assert sorted(pairs) == sorted(zip(known_shards.label[wanted].tolist(), weights[wanted].tolist(), strict=True))


@pytest.mark.parametrize("feed", FEEDS)
def test_mixed_drawings_come_with_soft_labels_and_go_on_at_any_step(feed, opened, known_shards, rows):
    settings = {"seed": 1, "epoch": 2, "mixing": Mixing(0.5, 0.0, len(known_shards.classes))}
    whole, rest = batches(opened(feed, **settings)), batches(opened(feed, **settings, first_step=1))
    plain = batches(opened(feed, seed=1, epoch=2))
    for (x, soft), (unmixed, label) in zip(whole, plain, strict=True):
        assert soft.shape == (len(label), 1 + len(known_shards.classes))
        np.testing.assert_array_equal(soft[:, 0], label)
        np.testing.assert_allclose(soft[:, 1:].sum(axis=1), 1, rtol=1e-6)
        assert x.dtype == np.uint8
        assert (x != unmixed).any()
    for expected, given in zip(whole[1:], rest, strict=True):
        assert all(np.array_equal(here, there) for here, there in zip(expected, given, strict=True))


class Halves:
    """Half of what is to be learned of a drawing is its label, half the class of the row's number."""

    def __init__(self, shards):
        self.label, self.classes = shards.label, len(shards.classes)

    def soft(self, rows):
        soft = soft_labels(self.label[rows], self.classes) / 2
        soft[:, 0] = self.label[rows]
        soft[np.arange(len(rows)), 1 + rows % self.classes] += 0.5
        return soft


@pytest.mark.parametrize("feed", FEEDS)
def test_targets_take_the_place_of_the_labels_of_just_these_rows(feed, opened, known_shards, rows):
    targets, wanted = Halves(known_shards), np.repeat(rows[:40], np.arange(40) % 2 + 1)
    weights = np.random.default_rng(0).random(len(known_shards), np.float32)
    settings = {"rows": wanted, "weights": weights, "seed": 1}
    plain, soft = batches(opened(feed, **settings)), batches(opened(feed, **settings, targets=targets))
    row_of = {int(known_shards.label[row]): row for row in wanted}
    for (x, label, weight), (same_x, y, same_weight) in zip(plain, soft, strict=True):
        np.testing.assert_array_equal(y, targets.soft(np.array([row_of[int(one)] for one in label])))
        assert np.array_equal(x, same_x)
        assert np.array_equal(weight, same_weight)


@pytest.mark.parametrize("feed", ["shards", "generator"])
def test_targets_are_mixed_as_labels_are(feed, opened, known_shards):
    mixing, targets = Mixing(0.5, 0.0, len(known_shards.classes)), Halves(known_shards)
    plain = batches(opened(feed, seed=1, targets=targets))
    mixed = batches(opened(feed, seed=1, targets=targets, mixing=mixing))
    for (_, soft), (_, y) in zip(plain, mixed, strict=True):
        np.testing.assert_array_equal(y[:, 0], soft[:, 0])
        np.testing.assert_allclose(y[:, 1:].sum(axis=1), 1, rtol=1e-6)
        assert (y[:, 1:] >= 0.5 * soft[:, 1:] - 1e-6).all()  # half or more of a drawing is its own
        assert (y != soft).any()


def test_keras_trains_as_many_steps_as_a_feed_has(opened):
    network = keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Flatten(), keras.layers.Dense(150)])
    network.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    generated = opened("generator")
    network.fit(generated, shuffle=False, verbose=0)
    assert int(network.optimizer.iterations) == len(generated)


@pytest.mark.parametrize("feed", FEEDS)
def test_no_rows_make_no_steps(feed, opened, rows):
    nothing = opened(feed, rows=rows[:0])
    assert len(nothing) == 0
    assert batches(nothing) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_nothing_stands_against_a_feed_that_can_be_opened(feed, served):
    name, beside = FEEDS[feed]
    check_feed(name, served(beside), INPUTS["grey"], Augmentation())
