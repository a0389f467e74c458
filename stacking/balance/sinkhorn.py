"""Sinkhorn's scaling: the factors under which every class is expected equally often."""

import numpy as np

from ground.errors import BadSettings
from stacking.columns import Floats

TOLERANCE = 5e-3  # of a class's count: less than two drawings in 330
ROUNDS = 4000  # real probabilities need some ten; 4000 × 5e-3 is what it takes to undo a probability of 1e-7


def sinkhorn_factors(probabilities: Floats, rounds: int = ROUNDS) -> Floats:
    """(C,) so that the rows of `probabilities * factors` (N, C), each brought to sum 1, add up to N / C in every class.

    They turn what a model says of a drawing that may be of any class into what it says when the classes are known to
    be equally frequent here, whatever frequencies it has learned or believes in. Sinkhorn and Knopp, Pacific Journal
    of Mathematics 21 (1967), 343–348. No probability may be 0. Raises `BadSettings` where `rounds` are too few.
    """
    rows, classes = probabilities.shape
    factors = np.ones(classes, np.float32)
    for _ in range(rounds):
        expected = factors * (probabilities.T @ (1 / (probabilities @ factors)))  # (C,) drawings
        if np.abs(expected * classes / rows - 1).max() < TOLERANCE:
            return factors
        factors *= rows / classes / expected
    raise BadSettings(
        f"Expected about {rows / classes:.1f} drawings of each class, received probabilities that cannot be brought to "
        f"that: still {expected.min():.1f} to {expected.max():.1f} after {rounds:,} rounds. Leave balancing off."
    )
