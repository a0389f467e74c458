"""Small stores: 12 drawings of 3 classes in 3 folds."""

import numpy as np
from numpy.typing import NDArray

from oof.folds import fold_of
from oof.store import OOFStore

CLASSES = ("alarm clock", "bee", "The Eiffel Tower")
KEY_ID = np.array([4_000_000_000_000_000 + cv * 10**7 + cv for cv in range(12)])
TEST_KEY_ID = np.array([9, 3, 5, 1, 7])


def some_probabilities(rows: int, seed: int = 0, classes: int = 3) -> NDArray[np.float32]:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), size=rows).astype(np.float32)


def fill(store: OOFStore, folds: range) -> NDArray[np.float32]:
    """Write these folds; gives the probabilities of all rows of KEY_ID."""
    probabilities = some_probabilities(len(KEY_ID))
    for fold in folds:
        rows = fold_of(KEY_ID, 3) == fold
        store.write_fold(fold, KEY_ID[rows], probabilities[rows])
    return probabilities
