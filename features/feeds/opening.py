"""Any feed by its name, all with the same arguments and the same drawings, labels and pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.augmentation import Augmentation
from features.csv_export import csv_folder
from features.feeds import FeedName
from features.inputs import ModelInput
from features.mixing import Mixing
from features.shards import Shards
from features.soft_labels import Targets
from features.tfrecord_folders import find_records


def open_feed(
    name: FeedName,
    shards: Shards,
    rows: NDArray[np.int64],
    inputs: ModelInput,
    batch_size: int,
    augmentation: Augmentation | None = None,
    seed: int = 0,
    shuffle: bool = True,
    epoch: int = 0,
    first_step: int = 0,
    weights: NDArray[np.float32] | None = None,
    mixing: Mixing | None = None,
    targets: Targets | None = None,
) -> Any:
    """What `fit` takes for one epoch: batches (x, y) that hold each of `rows` exactly once; its length is the steps.

    x is (B, *inputs.shape), or a dictionary of such, y (B,) int32; a row that is given twice comes twice, augmented
    anew. With `weights` (N,), one for each drawing of the shards, batches are (x, y, w), w (B,) float32. With `mixing`
    or `targets` y is (B, 1 + C) float32: the label, then the parts of all classes, see `features.soft_labels`. Under
    jax, shuffled batches are all of one size and have weights, see `ShardFeed`.

    With `shuffle` each epoch has an order of its own that (seed, epoch) fixes: a true permutation from `shards`, from
    the others the shards' files in random order through a shuffle buffer. Without, rows come in the order of the
    shards. From `first_step` on it goes through the rest of an epoch that was broken off. Only `shards` works without
    TensorFlow. Raises what `check_feed` raises.
    """
    if name == "shards":
        from keras.backend import backend

        from features.feeds.shards import ShardFeed

        batches = ShardFeed(
            shards,
            rows,
            inputs,
            batch_size,
            augmentation,
            seed,
            shuffle,
            epoch,
            first_step,
            weights,
            mixing,
            targets,
            full=shuffle and backend() == "jax",  # which compiles a step for every size of batch
        )
        if backend() != "tensorflow":
            from features.feeds.ahead import Ahead

            return Ahead(batches)
        from features.feeds.mapped import mapped
        from features.feeds.tuning import untuned

        return untuned(mapped(batches))
    if name == "generator":
        from features.feeds.generator import feed
    elif name == "textline":
        from features.feeds.textline import feed
    else:
        from features.feeds.tfrecord import feed
    from features.feeds.batching import mixed_batches, softened
    from features.feeds.tuning import untuned

    own_seed = int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])
    moved = None if augmentation is None or augmentation.is_off else augmentation
    numbered = targets is not None
    batches = feed(shards, rows, inputs, batch_size, moved, own_seed, shuffle, weights, numbered)
    if targets is not None:
        batches = softened(batches, inputs, targets)
    if mixing is not None:
        batches = mixed_batches(batches, inputs, mixing, seed, epoch)
    return untuned(batches.skip(first_step))


def check_feed(name: FeedName, shards: Shards, inputs: ModelInput, augmentation: Augmentation) -> None:
    """Raise what stands against a feed, in good time and without TensorFlow.

    `MissingResult` where the CSV shards or tfrecords that it reads are not there, `BadSettings` where they cannot
    give these inputs; each says what to run.
    """
    if name == "textline":
        csv_folder(shards, inputs)
    if name == "tfrecord":
        find_records(shards, inputs, augmented=not augmentation.is_off)
