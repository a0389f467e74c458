"""The rule of choice: the simplest method that the best does not surpass for sure."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from oof.scores import paired_bootstrap

Precisions = Mapping[str, NDArray[np.float64]]  # each method's average precision of every row (N,)


def choose(precisions: Precisions, seed: int = 0) -> tuple[str, str]:
    """The name kept and why, of methods in order from simple to complex.

    Kept is the first in order whose MAP@3 the best one does not surpass for sure: the paired bootstrap's 95 %
    interval of the difference holds 0.
    """
    means = {name: float(values.mean()) for name, values in precisions.items()}
    best = max(means, key=means.__getitem__)  # of equals the first, which is the simplest
    for name, values in precisions.items():
        gain, low, high = paired_bootstrap(precisions[best], values, seed)
        if low <= 0 and name != best:
            return name, (
                f"{name} is kept with MAP@3 {means[name]:.4f}: it is the simplest that {best}, the best with "
                f"{means[best]:.4f}, does not surpass for sure ({gain:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})."
            )
        if name == best:
            break
    return best, f"{best} is kept with MAP@3 {means[best]:.4f}: {_lead(precisions, best, seed)}"


def _lead(precisions: Precisions, best: str, seed: int) -> str:
    """How far the best is ahead of the best of those that are simpler."""
    names = list(precisions)
    simpler = names[: names.index(best)]
    if not simpler:
        return "it is the best, and nothing is simpler."
    next_best = max(simpler, key=lambda name: float(precisions[name].mean()))
    gain, low, high = paired_bootstrap(precisions[best], precisions[next_best], seed)
    return (
        f"it is the best, and ahead of all that is simpler; of {next_best} by {gain:+.4f} "
        f"(95 % interval {low:+.4f} to {high:+.4f})."
    )
