"""Inner folds: parts of the fitted rows, each to be answered without itself."""

import numpy as np
from numpy.typing import ArrayLike

from ground.errors import BadOOF
from stacking.columns import Groups, Labels


def inner_parts(rows: int, folds: int, seed: int, groups: Groups) -> Labels:
    """(rows,) the part, 0 to `folds` - 1 at the most, of each row: whole `groups` (rows,) where there are several.

    Groups are the folds by which the base models were trained. Each fold has copies of the base models of its own,
    with errors of their own in each class; parts at random share these, so that what is learned from the other parts
    looks truer of a part than it is of rows that other copies answer for. Without groups, parts are random.
    """
    if groups is not None and len(np.unique(groups)) > 1:
        return np.unique(groups, return_inverse=True)[1] % folds
    return np.random.default_rng(seed).permutation(rows) % folds


def checked_groups(groups: ArrayLike | None, rows: int) -> Groups:
    """Groups as whole numbers (rows,), the given ones or else by their order; raises `BadOOF` for too few or many."""
    if groups is None:
        return None
    given = np.asarray(groups)
    group = given if given.dtype.kind in "iu" else np.unique(given, return_inverse=True)[1].ravel()
    if len(group) != rows:
        raise BadOOF(f"Expected a group for each of {rows:,} rows, received {len(group):,}. Give each row's fold.")
    return group.astype(np.int64)
