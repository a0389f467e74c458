"""Feeds: what hands batches of model inputs to a model that trains or predicts."""

from typing import Literal

FeedName = Literal["shards", "generator", "textline", "tfrecord"]
