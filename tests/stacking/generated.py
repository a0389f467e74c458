"""Out-of-fold probabilities as base models make them, drawn from a seed in a moment.

Classes lie in families (the cats and the dogs) in a space where drawings scatter around their class: what all
models see of a drawing is partly the same mistake (shared noise), partly each model's own. A model's
probabilities are the softmax of its distances to the classes, overconfident by a temperature of its own. The
statistics look at a second set of directions that the models see only weakly, one of them through a curve;
some are unknown (NaN). A few labels are wrong.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FAMILY = 4  # classes that are easily confused with one another
DIRECTIONS = 12  # of the space in which models tell classes apart
WRONG_LABELS = 0.02


@dataclass(frozen=True)
class GeneratedOOF:
    probabilities: list[NDArray[np.float32]]  # M times (N, C)
    statistics: NDArray[np.float32]  # (N, F)
    label: NDArray[np.int64]  # (N,)
    key_id: NDArray[np.int64]  # (N,)


def generated_oof(drawings: int, classes: int, models: int = 3, statistics: int = 8, seed: int = 0) -> GeneratedOOF:
    rng = np.random.default_rng(seed)
    families = rng.normal(size=(classes // FAMILY + 1, DIRECTIONS))
    centres = 1.5 * families[np.arange(classes) // FAMILY] + 0.8 * rng.normal(size=(classes, DIRECTIONS))
    truth = rng.choice(classes, size=drawings, p=rng.dirichlet(np.full(classes, 8.0)))
    seen = centres[truth] + 0.7 * rng.normal(size=(drawings, DIRECTIONS))  # (N, D)
    probabilities = [_model(seen, centres, rng) for _ in range(models)]
    label = np.where(rng.random(drawings) < WRONG_LABELS, rng.integers(classes, size=drawings), truth)
    cv, within = rng.integers(100, size=drawings), rng.permutation(drawings)
    key_id = 4_000_000_000_000_000 + cv * 10**7 + within
    return GeneratedOOF(probabilities, _statistics(truth, classes, statistics, rng), label, key_id)


def _model(seen: NDArray[np.float64], centres: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
    believed = centres + 0.3 * rng.normal(size=centres.shape)  # what its training taught it
    own = seen + 0.6 * rng.normal(size=seen.shape)
    distance = ((own**2).sum(1)[:, None] - 2 * own @ believed.T + (believed**2).sum(1)) / 2  # (N, C)
    logits = -rng.uniform(0.7, 1.6) * distance
    logits -= logits.max(1, keepdims=True)
    probabilities = np.exp(logits)
    return (probabilities / probabilities.sum(1, keepdims=True)).astype(np.float32)


def _statistics(truth: NDArray[np.int64], classes: int, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    means = rng.normal(size=(classes, count))
    values = means[truth] + 1.2 * rng.normal(size=(len(truth), count))
    values[:, 0] = np.exp(values[:, 0])  # skewed, as lengths are
    values[rng.random(len(truth)) < 0.3, -1] = np.nan  # as pauses are, where no time is known
    return values.astype(np.float32)
