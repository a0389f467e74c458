"""How far a linear correction is to be trusted: its penalty, chosen by cross-validation.

The same penalty cannot serve all: of 340 classes with 20 drawings each, by three unequal models, any correction is
worse than none; a hundred times as much is lost by none where statistics tell what the models do not see.
"""

import numpy as np

from oof.scores import log_loss
from stacking.columns import Floats, Groups, Labels, softmax
from stacking.logistic import logistic_matrix
from stacking.parts import inner_parts

LADDER = (np.inf, 3000.0, 1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)  # rows; from no correction to a free one
FOLDS = 3
ENOUGH_ROWS = 30_000  # a prior's strength in rows is the same for more; × 2,000 columns × 4 bytes = 240 MB


def chosen_penalty(inputs: Floats, start: Floats, labels: Labels, iterations: int, seed: int, groups: Groups) -> float:
    """The penalty of `LADDER` with the least log loss on rows that the correction was not fitted on.

    `inputs` (N, D) and `start` (N, C) are those of `logistic_matrix`. The ladder is descended, each fit beginning
    where the last one ended, until the loss gets worse. Infinite with fewer rows than folds, which teach nothing.
    """
    if len(labels) < FOLDS:
        return np.inf
    drawn = np.random.default_rng(seed).permutation(len(labels))[:ENOUGH_ROWS]
    part = inner_parts(len(labels), FOLDS, seed, groups)[drawn]
    parts = [(drawn[part != each], drawn[part == each]) for each in np.unique(part)]
    matrices: list[Floats | None] = [None] * len(parts)
    best, least = LADDER[0], np.inf
    for penalty in LADDER:
        loss = 0.0
        for fold, (rest, own) in enumerate(parts):
            found = logistic_matrix(inputs[rest], start[rest], labels[rest], penalty, iterations, matrices[fold])
            matrices[fold] = found
            loss += len(own) * log_loss(softmax(start[own] + inputs[own] @ found), labels[own])
        if loss >= least:
            break
        best, least = penalty, loss
    return best
