"""The default feed for jax and torch: batches made in threads while the model trains, each by one thread alone.

A batch cut up over all cores would be there sooner, but every piece begins and ends with Python's lock, which the
training loop has to have for each of its steps.

Keras's own way (`PyDataset(workers=2)`) hands out some batches twice, and in another order, where a `fit` has looked at
the first batch before it begins.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import keras

from features.feeds import AHEAD
from features.feeds.shards import ShardFeed
from features.mixing import Batch
from ground.threads import threads, work_by_itself


class Ahead(keras.utils.PyDataset):  # type: ignore[misc]
    """The batches of `feed`; those after the one that is asked for are begun with it."""

    def __init__(self, feed: ShardFeed) -> None:
        super().__init__()
        self.feed = feed
        self._threads = ThreadPoolExecutor(min(threads(), AHEAD), initializer=work_by_itself)
        self._begun: dict[int, Future[Batch]] = {}

    def __len__(self) -> int:
        """Its steps."""
        return len(self.feed)

    def __getitem__(self, place: int) -> Batch:
        """Batch `place`. Raises `IndexError` past the last one."""
        begun, following = self._begun.pop(place, None), range(place + 1, min(place + 1 + AHEAD, len(self)))
        self._begun = {at: self._begun.get(at) or self._threads.submit(self.feed.__getitem__, at) for at in following}
        # the first one is waited for: it has all cores
        return self.feed[place] if begun is None else begun.result()
