"""Drawings in memory with the manners of shards."""

import numpy as np

from features.drawings import Drawings


class InMemory:
    """They remember which rows were asked for."""

    def __init__(self, drawings, classes=()):
        self.drawings, self.classes = drawings, classes
        self.key_id, self.label, self.recognized = drawings.key_id, drawings.label, drawings.recognized
        self.taken = set()

    def __len__(self):
        return len(self.drawings)

    def take(self, rows):
        self.taken.update(np.asarray(rows).tolist())
        return self.drawings[rows]


def level_and_upright():
    """60 lines, level (class 0) or upright (class 1), over all folds."""
    strokes = [[[[0, 255], [place, place]]] if place % 2 else [[[place, place], [0, 255]]] for place in range(60)]
    key_id = 10**15 + np.arange(60) // 2 * 10**7 + np.arange(60) % 2
    return InMemory(Drawings.from_strokes(strokes, key_id, label=np.arange(60) % 2), ("level", "upright"))
