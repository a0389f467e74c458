"""The three labels of each drawing, given that every class has equally many drawings."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadSettings
from oof.ranking import top
from oof.scores import LEAST_PROBABILITY
from stacking.balance.flow import assigned
from stacking.balance.greedy import greedy_penalties
from stacking.balance.sinkhorn import sinkhorn_factors
from stacking.columns import Floats, split_columns
from stacking.submissions import LABELS

Balance = Literal["greedy", "sinkhorn", "flow"]


def balanced_labels(probabilities: Floats, balance: Balance) -> NDArray[np.int64]:
    """(N, 3) places in the class list, best first, from (N, C), C of 3 or more; raises `BadOOF` for NaN.

    - `greedy`: coefficients by which every class comes first about equally often;
    - `sinkhorn`: factors by which every class is expected equally often. That is what the assumption says of each
      drawing by itself, and so the best three labels, where the probabilities are otherwise right;
    - `flow`: N / C drawings come first in every class, to the drawing, at the greatest likelihood; second and third
      are as by `sinkhorn`. Hard drawings pay for the exact count with first labels that are unlikely.

    What they mend is a model that prefers some classes to others. Of a stack that hardly does there is little to mend:
    on the embedded doodles, 3,000 out of fold and 1,000 to test, they change MAP@3 by -0.004 and 0.000 (`greedy`),
    -0.001 and +0.003 (`sinkhorn`), -0.002 and 0.000 (`flow`), all but the first within the noise.
    """
    if balance not in get_args(Balance):
        raise BadSettings(f"Expected balance to be one of {', '.join(get_args(Balance))}, received {balance!r}.")
    matrix = np.maximum(split_columns(probabilities, 1, probabilities.shape[1])[0][:, 0], np.float32(LEAST_PROBABILITY))
    if balance == "greedy":
        logs = np.log(matrix)
        return np.asarray(top(logs - greedy_penalties(logs), LABELS))
    even = matrix * sinkhorn_factors(matrix)  # (N, C)
    if balance == "flow":
        first, _ = assigned(np.log(matrix), class_sizes(even))
        even[np.arange(len(first)), first] = np.inf
    return np.asarray(top(even, LABELS))


def class_sizes(probabilities: Floats) -> NDArray[np.int64]:
    """(C,) drawings a class, N in all: N // C, and one more in the classes that are expected most often."""
    rows, classes = probabilities.shape
    sizes = np.full(classes, rows // classes)
    sizes[np.argsort(-probabilities.sum(axis=0), kind="stable")[: rows % classes]] += 1
    return sizes
