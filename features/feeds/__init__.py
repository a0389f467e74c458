"""Feeds: what hands batches of model inputs to a model that trains or predicts."""

from typing import Literal

AHEAD = 8  # batches made before they are asked for
FeedName = Literal["shards", "generator", "textline", "tfrecord"]
BY_ROW: tuple[FeedName, ...] = ("shards", "generator")  # which read any drawing, also ones that no file of theirs holds
