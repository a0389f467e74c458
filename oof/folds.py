"""The fold rule: a drawing's fold follows from its key_id alone, so no file is needed to align anything."""

import numpy as np
from numpy.typing import NDArray

RULE = "key_id // 10**7 % 100 % folds"


def fold_of(key_id: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """The fold of each key_id, 0 to `folds` - 1: its cv shard (`key_id // 10**7 % 100`) modulo `folds`."""
    return key_id // 10**7 % 100 % folds
