"""The answer of a stack to test rows, which other models predict than those that it learned from.

An out-of-fold probability comes from one network, that of its fold; a test probability is the mean over the networks
of all folds, which is more often right and less sure. Trees split at the sureness that they have learned from. So each
fold's networks are stacked by themselves, as the stack has learned it, and the mean is taken of the answers.

Measured on drawn probabilities (`python -m tests.benchmarks.stack_shift --rows 1600 --test-rows 4000 --classes 40`,
seeds 1 to 4), MAP@3 beyond the stack's answer to the mean: lambdarank +0.0018 (by seed +0.0012 to +0.0028), xendcg
+0.0027, binary +0.0008, linear -0.0002, blends 0.0000. To raise the test probabilities to the power by which their
entropy is the fitted ones' gives 0.0006, 0.0006 and 0.0002, and takes 0.0005 of linear and 0.0007 of blends: the mean
is rightly less sure. So rankers answer fold by fold, and for all others the mean does as well.
"""

from collections.abc import Iterable

import numpy as np

from ground.errors import IncompleteOOF
from stacking.columns import Floats
from stacking.rankers import CandidateStacker
from stacking.stacker import Stacker


def is_shifted(stack: Stacker) -> bool:
    """Whether the mean over the folds is not what `stack` has learned to answer to."""
    return isinstance(stack.last, CandidateStacker)


def answer_by_fold(stack: Stacker, folds: Iterable[Floats]) -> Floats:
    """(n, C) of sum 1: the mean of what a fitted `stack` answers to the test columns (n, M * C + F) of each fold.

    One fold's columns are held at a time where `folds` makes them one by one. Raises `IncompleteOOF` without any.
    """
    total, count = np.zeros(0, np.float32), 0
    for count, columns in enumerate(folds, start=1):
        answer = stack.predict_proba(columns)
        total = answer if count == 1 else total + answer
    if not count:
        raise IncompleteOOF("Expected the test probabilities of 1 fold or more, received none. Predict the test set.")
    return total / np.float32(count)
