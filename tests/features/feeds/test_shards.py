import keras
import numpy as np
import pytest

from features.augmentation import Augmentation
from features.drawings import Drawings
from features.feeds.mapped import mapped
from features.feeds.shards import ShardFeed
from features.inputs import GrayImage, StrokeSequence
from features.mixing import Mixing
from ground.errors import BadSettings
from tests.in_memory import InMemory

ROWS = np.arange(5, 45)
LINES = Drawings.from_strokes([[[[row, 255 - row], [0, 200]]] for row in range(50)], label=np.arange(50))


def feed(**changes):
    settings = {"source": InMemory(LINES), "rows": ROWS, "inputs": StrokeSequence(length=2), "batch_size": 16}
    return ShardFeed(**{**settings, **changes})


def labels(batches):
    return np.concatenate([batches[step][1] for step in range(len(batches))])


def test_an_epoch_is_a_true_permutation_with_a_last_short_batch():
    batches = feed()
    assert [len(batches[step][1]) for step in range(len(batches))] == [16, 16, 8]
    assert sorted(labels(batches)) == ROWS.tolist()
    assert labels(batches).tolist() != ROWS.tolist()


def test_where_all_batches_are_to_be_of_one_size_what_fills_up_the_last_one_weighs_nothing():
    batches = feed(full=True)
    weights = np.concatenate([batches[step][2] for step in range(len(batches))])
    assert [len(batches[step][1]) for step in range(len(batches))] == [16, 16, 16]
    assert sorted(labels(batches)[weights == 1]) == ROWS.tolist()
    assert np.array_equal(batches[2][0][:8], feed()[2][0])
    assert feed(full=True, batch_size=64)[0][0].shape == (64, 2, 5)  # more than there are
    given = feed(full=True, weights=np.full(50, 0.5, np.float32))[2][2]
    assert given.tolist() == [0.5] * 8 + [0] * 8
    mixed = feed(full=True, inputs=GrayImage(size=16), mixing=Mixing(mixup=0.2, cutmix=0.0, classes=50))[2]
    assert mixed[2].tolist() == [1] * 8 + [0] * 8


def test_every_epoch_and_seed_has_an_order_of_its_own():
    orders = {tuple(labels(feed(seed=seed, epoch=epoch))) for seed in (0, 1) for epoch in (0, 1, 2)}
    assert len(orders) == 6


def test_inputs_and_labels_belong_together():
    x, y = feed()[0]
    assert x.shape == (16, 2, 5)
    assert y.dtype == np.int32
    assert np.allclose(x[:, 0, 0] * 255, y)


def test_any_batch_can_be_made_again_with_its_augmentations():
    augmentation = Augmentation(rotate=20, drop_stroke=0.2, jitter=3)
    one, rest = feed(augmentation=augmentation, seed=3), feed(augmentation=augmentation, seed=3, first_step=1)
    assert len(rest) == len(one) - 1
    for step in range(len(rest)):
        for here, there in zip(one[step + 1], rest[step], strict=True):
            assert np.array_equal(here, there)
    assert not np.array_equal(one[0][0], feed(seed=3)[0][0])


def test_augmentations_differ_from_epoch_to_epoch_and_step_to_step():
    moved = [feed(augmentation=Augmentation(shift=20), shuffle=False, batch_size=20, epoch=epoch) for epoch in (0, 1)]
    still = feed(shuffle=False, batch_size=20)
    shifts = {(epoch[step][0] - still[step][0])[:, 0].tobytes() for epoch in moved for step in (0, 1)}
    assert len(shifts) == 4


def test_without_shuffle_rows_keep_their_order():
    assert labels(feed(shuffle=False)).tolist() == ROWS.tolist()


def test_tensorflow_gets_the_same_batches_in_the_same_order():
    batches = feed(inputs=GrayImage(size=8), augmentation=Augmentation(rotate=20), first_step=1)
    for place, given in enumerate(mapped(batches)):
        for here, there in zip(given, batches[place], strict=True):
            assert np.array_equal(here, there)
    assert place == len(mapped(batches)) - 1


@pytest.mark.parametrize("way", [lambda feed: feed, mapped])
def test_keras_trains_on_the_batches_in_the_promised_order(way):
    seen = []

    class Remembering(keras.losses.Loss):
        def call(self, y_true, y_pred):
            seen.extend(keras.ops.convert_to_numpy(y_true).ravel().astype(int).tolist())
            return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    batches = feed(inputs=GrayImage(size=8))
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(50)])
    model.compile(loss=Remembering(), run_eagerly=True)
    model.fit(way(batches), shuffle=False, verbose=0)
    assert seen[-len(ROWS) :] == labels(batches).tolist()


def test_no_rows_make_no_steps():
    assert len(feed(rows=ROWS[:0])) == 0


def test_steps_past_the_last_and_empty_batches_are_refused():
    with pytest.raises(IndexError, match="step from 0 to 2, received 3"):
        feed()[3]
    with pytest.raises(BadSettings, match="batch_size of 1 or more, received 0"):
        feed(batch_size=0)
