"""Feeds: what hands batches of model inputs to a model that trains or predicts."""

from typing import Literal

AHEAD = 8  # batches made before they are asked for
FeedName = Literal["shards", "generator", "textline", "tfrecord"]
