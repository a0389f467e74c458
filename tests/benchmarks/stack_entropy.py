"""The other way to meet the shift: test probabilities brought to the sharpness of those that were fitted on.

Measured beside what `stacking.shift` does: it takes more of blends and the linear stacker than it gives the rankers.
"""

import numpy as np
from scipy.optimize import brentq

from stacking.columns import Floats, log_of, softmax, split_columns

ENOUGH_ROWS = 20_000  # for one number a model; × 340 classes × 4 bytes = 27 MB
LEAST_KNOWN = 6e-8  # what a float16 rounds to 0 may have been as much; logarithms begin here
POWERS = 0.1, 10.0  # between which it is looked for


def entropy_matched(test: Floats, fitted: Floats, n_models: int, n_classes: int) -> Floats:
    """`test` (n, M * C + F) with each model's probabilities to a power by which their mean entropy is `fitted`'s.

    A model's out-of-fold probabilities come from one network a fold, its test probabilities are the mean over all
    of them, and so less sure where they disagree. A model keeps its order of classes in every row; statistics pass.
    """
    answer = test.copy()
    own, _ = split_columns(answer, n_models, n_classes)  # views
    goal, _ = split_columns(fitted, n_models, n_classes)
    for model in range(n_models):
        power = _power(_some(own[:, model]), float(_entropy(log_of(_some(goal[:, model]), LEAST_KNOWN), 1.0)))
        answer[:, model * n_classes : (model + 1) * n_classes] = softmax(
            np.float32(power) * log_of(own[:, model], LEAST_KNOWN)
        )
    return answer


def _power(probabilities: Floats, goal: float) -> float:
    logs = log_of(probabilities, LEAST_KNOWN)
    ends = [_entropy(logs, power) - goal for power in POWERS]  # falls with the power
    if ends[0] <= 0 or ends[1] >= 0:
        return POWERS[0] if ends[0] <= 0 else POWERS[1]
    return float(brentq(lambda power: _entropy(logs, power) - goal, *POWERS, xtol=1e-3))


def _entropy(logs: Floats, power: float) -> float:
    """The mean entropy of softmax(power * logs), in nats."""
    raised = softmax(np.float32(power) * logs)
    return float(-(raised * log_of(raised, LEAST_KNOWN)).sum(axis=1).mean(dtype=np.float64))


def _some(rows: Floats) -> Floats:
    """At most `ENOUGH_ROWS` of them, evenly spread."""
    return rows[:: -(-len(rows) // ENOUGH_ROWS)]
