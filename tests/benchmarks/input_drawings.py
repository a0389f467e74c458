"""What a benchmark works on: synthetic drawings, or those of a folder."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from features.bad_rows import BadRows
from features.classes import in_order
from features.drawings import Drawings
from features.formats import Source, read, sources, words
from ground.errors import BadData
from tests.benchmarks.synthetic import synthetic_classes, synthetic_drawings


def input_drawings(
    data: Path | None, count: int, seed: int, timed_share: float = 0.0
) -> tuple[Drawings, tuple[str, ...]]:
    """`count` drawings, or all where `data` holds fewer, in random order, and the classes.

    Of real ones these are the first of every class's simplified file, without times; raises `BadData` where there
    are none.
    """
    if data is None:
        return synthetic_drawings(count, seed, timed_share), synthetic_classes()
    train = [source for source in sources(data) if source.split == "train" and source.form != "raw"]
    if not train:
        raise BadData(f"Expected simplified training drawings in {data}, received none. Name another folder by --data.")
    classes = in_order(word for source in train for word in words(source))
    each = -(-count // len(train))
    drawings = Drawings.concat(part for source in train for part in _first(source, classes, each))
    return drawings[np.random.default_rng(seed).permutation(len(drawings))[:count]], classes


def _first(source: Source, classes: tuple[str, ...], count: int) -> Iterator[Drawings]:
    """The first `count` drawings of one file, or all where it holds fewer; bad rows are left out."""
    with tempfile.TemporaryDirectory() as folder:
        for block in read(source, BadRows(Path(folder) / "bad_rows.csv", share=1), classes):
            yield block[:count]
            count -= len(block)
            if count <= 0:
                return
