"""How far a linear correction is to be trusted: its penalty, chosen by cross-validation.

The same penalty cannot serve all: of 340 classes with 20 drawings each, by three unequal models, any correction is
worse than none; a hundred times as much is lost by none where statistics tell what the models do not see.
"""

import numpy as np

from stacking.columns import Floats, Groups, Labels
from stacking.linear_fits import LADDER, LinearFits
from stacking.logistic import logistic_loss
from stacking.parts import inner_parts

FOLDS = 5  # as many as rankers have by default, whose second opinions are then the very same fits
FEWEST_GROUPS = 3  # half of the rows teach so much less than all that they ask for more penalty: 0.006 MAP@3 less
ENOUGH_ROWS = 30_000  # a prior's strength in rows is the same for more; × 2,000 columns × 4 bytes × 5 parts = 1.2 GB


def chosen_penalty(
    probabilities: Floats,
    statistics: Floats,
    labels: Labels,
    rows: Labels,
    confusions: bool,
    iterations: int,
    seed: int,
    groups: Groups,
) -> float:
    """The penalty of `LADDER` with the least log loss on rows that the correction was not fitted on.

    From `rows` (n,) of (N, M, C), (N, F) and (N,), with `groups` (n,). The ladder is descended until the loss gets
    worse. Infinite with fewer rows than parts, which teach nothing. Of fewer than `FEWEST_GROUPS` the parts are random.
    """
    if len(rows) < FOLDS:
        return np.inf
    if groups is not None and len(np.unique(groups)) < FEWEST_GROUPS:
        groups = None
    drawn = np.sort(np.random.default_rng(seed).permutation(len(rows))[:ENOUGH_ROWS])
    part, drawn = inner_parts(len(rows), FOLDS, seed, groups)[drawn], rows[drawn]
    parts = []
    for each in np.unique(part):
        fits = LinearFits(probabilities, statistics, labels, drawn[part != each], confusions, iterations)
        parts.append((fits, fits.given(drawn[part == each])))
    best, least = LADDER[0], np.inf
    for penalty in LADDER:
        loss = sum(logistic_loss(*held_out, fits.matrix(penalty)) for fits, held_out in parts)
        if loss >= least:
            break
        best, least = penalty, loss
    return best
