import numpy as np
import pytest

from features.augmentation import Augmentation
from features.doodles.sampling import some_doodles
from features.feeds.ahead import Ahead
from features.feeds.shards import ShardFeed
from features.inputs import GrayImage
from tests.in_memory import InMemory


@pytest.fixture
def feed():
    return ShardFeed(
        InMemory(some_doodles(("moon", "sun"), each=15)), np.arange(30), GrayImage(size=16), 2, Augmentation(rotate=20)
    )


def test_batches_made_ahead_are_those_of_the_feed_in_whatever_order_they_are_asked_for(feed):
    ahead = Ahead(feed)
    for place in [0, 0, 1, 2, 3, 9, 4, 5, 14, 0, 13]:
        for made, known in zip(ahead[place], feed[place], strict=True):
            assert np.array_equal(made, known)


def test_an_epoch_ends(feed):
    assert [len(batch[1]) for batch in Ahead(feed)] == [2] * 15
    with pytest.raises(IndexError, match="from 0 to 14, received 15"):
        Ahead(feed)[15]
