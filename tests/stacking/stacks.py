"""Small stacks that fit in a moment, one of each class."""

import numpy as np
from numpy.typing import NDArray

from stacking.blends import GeometricBlend, MeanBlend, SingleModel, WeightedBlend
from stacking.columns import join_columns
from stacking.greedy_selection import GreedyBlend
from stacking.linear import LinearStacker
from stacking.multiclass import MulticlassStacker
from stacking.power_mean import PowerBlend
from stacking.rank_mean import RankBlend
from stacking.rankers import CandidateStacker
from stacking.stacker import Stacker
from stacking.voting import VotingStacker
from tests.stacking.generated import GeneratedOOF

MODELS, CLASSES = 3, 12


def columns_of(generated: GeneratedOOF) -> NDArray[np.float32]:
    return join_columns(generated.probabilities, generated.statistics)


def small_stacks(classes: int = CLASSES) -> dict[str, Stacker]:
    trees = {"rounds": 30, "num_leaves": 7, "threads": 1}
    ranking = {"n_models": MODELS, "n_classes": classes, "candidates": 5, "most": 6, "inner_folds": 3, **trees}
    rankers: dict[str, Stacker] = {
        name: CandidateStacker(name, **ranking) for name in ("lambdarank", "xendcg", "binary")
    }
    return {
        "first": SingleModel(0, MODELS, classes),
        "mean": MeanBlend(MODELS, classes),
        "geometric": GeometricBlend(MODELS, classes),
        "rank": RankBlend(MODELS, classes),
        "power": PowerBlend(MODELS, classes),
        "weighted": WeightedBlend(MODELS, classes),
        "greedy": GreedyBlend(MODELS, classes),
        "linear": LinearStacker(MODELS, classes),
        **rankers,
        "rankers": VotingStacker([(name, rankers[name]) for name in ("lambdarank", "binary")], MODELS, classes),
        "multiclass": MulticlassStacker(MODELS, classes, **trees),
    }
