"""The fold rule: a drawing's fold follows from its key_id alone, so no file is needed to align anything."""

import numpy as np
from numpy.typing import NDArray

RULE = "key_id // 10**7 % 100 % folds"


def fold_of(key_id: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """The fold of each key_id, 0 to `folds` - 1: its cv shard (`key_id // 10**7 % 100`) modulo `folds`."""
    return key_id // 10**7 % 100 % folds


def fold_around(fold: int, folds: int, fewer: int) -> int | None:
    """The one of `fewer` folds that holds all drawings of `fold` of `folds`; None where none does.

    Only the folds of a divisor hold others whole: what has seen nothing of fold 1 of 4 has seen nothing of fold 5 of 8.
    """
    return None if folds % fewer else fold % fewer
