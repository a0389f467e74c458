import keras
import numpy as np
import pytest

from features.augmentation import Augmentation
from features.drawings import Drawings
from features.feeds.shards import ShardFeed
from features.inputs import GrayImage, StrokeSequence
from ground.errors import BadSettings

ROWS = np.arange(5, 45)


class InMemory:
    """Drawings with the manners of shards; a drawing's label is its row."""

    def __init__(self):
        self.drawings = Drawings.from_strokes([[[[row, 255 - row], [0, 200]]] for row in range(50)])
        self.label = np.arange(50, dtype=np.int16)

    def take(self, rows):
        return self.drawings[rows]


def feed(**changes):
    settings = {"source": InMemory(), "rows": ROWS, "inputs": StrokeSequence(length=2), "batch_size": 16}
    return ShardFeed(**{**settings, **changes})


def labels(batches, epoch=0):
    return np.concatenate([batches.batch(epoch, step)[1] for step in range(len(batches))])


def test_an_epoch_is_a_true_permutation_with_a_last_short_batch():
    batches = feed()
    assert [len(batches[step][1]) for step in range(len(batches))] == [16, 16, 8]
    assert sorted(labels(batches)) == ROWS.tolist()
    assert labels(batches).tolist() != ROWS.tolist()


def test_every_epoch_and_seed_has_an_order_of_its_own():
    orders = {tuple(labels(feed(seed=seed), epoch)) for seed in (0, 1) for epoch in (0, 1, 2)}
    assert len(orders) == 6


def test_inputs_and_labels_belong_together():
    x, y = feed()[0]
    assert x.shape == (16, 2, 5)
    assert y.dtype == np.int32
    assert np.allclose(x[:, 0, 0] * 255, y)


def test_any_batch_can_be_made_again_with_its_augmentations():
    augmentation = Augmentation(rotate=20, drop_stroke=0.2, jitter=3)
    one, other = feed(augmentation=augmentation, seed=3), feed(augmentation=augmentation, seed=3, epoch=2)
    for step in range(3):
        for here, there in zip(one.batch(2, step), other[step], strict=True):
            assert np.array_equal(here, there)
    assert not np.array_equal(one.batch(2, 0)[0], feed(seed=3).batch(2, 0)[0])


def test_augmentations_differ_from_epoch_to_epoch_and_step_to_step():
    moved = feed(augmentation=Augmentation(shift=20), shuffle=False, batch_size=20)
    still = feed(shuffle=False, batch_size=20)
    shifts = {(moved.batch(e, s)[0] - still.batch(e, s)[0])[:, 0].tobytes() for e in (0, 1) for s in (0, 1)}
    assert len(shifts) == 4


def test_without_shuffle_rows_keep_their_order_and_labels_can_be_left_out():
    assert labels(feed(shuffle=False)).tolist() == ROWS.tolist()
    batch = feed(shuffle=False, labels=False)[2]
    assert len(batch) == 1
    assert np.allclose(batch[0][:, 0, 0] * 255, ROWS[32:])


def test_keras_trains_on_every_row_once_an_epoch_in_the_promised_order():
    seen = []

    class Remembering(ShardFeed):
        def __getitem__(self, step):
            seen.append((self.epoch, step))
            return super().__getitem__(step)

    batches = Remembering(InMemory(), ROWS, GrayImage(size=8), batch_size=16)
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(50)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(batches, epochs=3, shuffle=False, verbose=0)
    epochs = [(epoch, step) for epoch in range(3) for step in range(3)]
    assert seen[-len(epochs) :] == epochs  # before them, Keras looks at two batches for their shapes
    seen.clear()
    model.fit(batches, shuffle=False, verbose=0)
    assert seen[-3:] == [(3, 0), (3, 1), (3, 2)]


def test_keras_predicts_in_the_order_of_the_rows():
    batches = feed(shuffle=False, labels=False)
    model = keras.Sequential([keras.Input((2, 5)), keras.layers.Lambda(lambda x: x[:, 0, :1] * 255)])
    assert np.allclose(model.predict(batches, verbose=0)[:, 0], ROWS)


def test_no_rows_make_no_steps():
    assert len(feed(rows=ROWS[:0])) == 0


def test_steps_past_the_last_and_empty_batches_are_refused():
    with pytest.raises(IndexError, match="step from 0 to 2, received 3"):
        feed()[3]
    with pytest.raises(BadSettings, match="batch_size of 1 or more, received 0"):
        feed(batch_size=0)
