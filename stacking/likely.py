"""Each row's likely classes: those that a correction of a blend can bring forward or put back.

At 340 classes a good blend leaves a drawing some 5; each of the others has less than `LEAST_LIKELY`. They keep what
the blend gives them, and what a fit goes through is a small part of rows times classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ground.threads import in_threads
from stacking.blends import WeightedBlend
from stacking.columns import Floats, Labels, blocks, log_of, softmax

LEAST_LIKELY = 1e-3  # real drawings, 21 and 340 classes: as good as 1e-4 and as all; drawn rows: all lose 0.002 MAP@3


@dataclass(frozen=True, eq=False)
class LikelyClasses:
    """R likely classes of N rows, row after row."""

    starts: NDArray[np.int64]  # (N + 1,) where each row's classes start
    classes: NDArray[np.int32]  # (R,) place in the class list
    scores: Floats  # (R,) logarithm of the blend's probability
    others: Floats  # (N,) that of all other classes together; -inf where there are none
    n_classes: int  # C

    @classmethod
    def of(cls, probabilities: Floats, weights: Floats, rows: Labels) -> "LikelyClasses":
        """By the weighted blend, weights (M,), of `rows` (N,) among probabilities (…, M, C)."""

        def of_block(rows: Labels) -> tuple[NDArray[np.int64], NDArray[np.int32], Floats, Floats]:
            blend = softmax(WeightedBlend.scores(probabilities[rows], weights))
            likely = is_likely(blend)
            others = log_of(np.where(likely, 0, blend).sum(axis=1), float(np.finfo(np.float32).tiny))
            others[likely.all(axis=1)] = -np.inf
            return likely.sum(axis=1), np.nonzero(likely)[1].astype(np.int32), np.log(blend[likely]), others

        parts = zip(*in_threads(of_block, blocks(rows)), strict=True)
        counts, classes, scores, others = (np.concatenate(part) for part in parts)
        return cls(np.concatenate([[0], np.cumsum(counts)]), classes, scores, others, probabilities.shape[2])


def is_likely(blend: Floats) -> NDArray[np.bool_]:
    """(N, C) whether a class is a likely one, by the blend's probabilities (N, C)."""
    return blend >= LEAST_LIKELY
