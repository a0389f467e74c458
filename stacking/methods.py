"""Every way to an answer, by name, from the simplest to the most complex."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ground.errors import BadSettings
from stacking.blends import GeometricBlend, MeanBlend, SingleModel, WeightedBlend
from stacking.calibrated import CalibratedStacker
from stacking.description import read_description
from stacking.greedy_selection import GreedyBlend
from stacking.layers import LayeredStacker
from stacking.linear import LinearStacker
from stacking.multiclass import MulticlassStacker
from stacking.power_mean import PowerBlend
from stacking.pseudo_labels import PseudoLabelStacker
from stacking.rank_mean import RankBlend
from stacking.rankers import CandidateStacker
from stacking.stacker import Stacker
from stacking.voting import VotingStacker

_CLASSES: dict[str, type[Stacker]] = {
    stacker.__name__: stacker
    for stacker in (
        SingleModel,
        MeanBlend,
        GeometricBlend,
        RankBlend,
        PowerBlend,
        WeightedBlend,
        GreedyBlend,
        LinearStacker,
        CandidateStacker,
        MulticlassStacker,
        LayeredStacker,
        PseudoLabelStacker,
        CalibratedStacker,
        VotingStacker,
    )
}


def methods(
    models: Sequence[str],
    n_classes: int,
    *,
    multiclass: bool,
    categorical: bool = False,
    threads: int = 0,
    seed: int = 0,
) -> dict[str, Stacker]:
    """One unfitted estimator a method, in the order of simplicity: each base model, blends, meta-models.

    `multiclass` is the caller's choice, as its time grows with the square of the classes. With `categorical` the last
    statistic is a category's number.
    """
    shape: dict[str, Any] = {"n_models": len(models), "n_classes": n_classes}
    boosted = {**shape, "categorical": categorical, "threads": threads, "seed": seed}
    combined: dict[str, Stacker] = {
        "mean": MeanBlend(**shape),
        "geometric": GeometricBlend(**shape),
        "rank": RankBlend(**shape),
        "power": PowerBlend(**shape, seed=seed),
        "weighted": WeightedBlend(**shape),
        "greedy": GreedyBlend(**shape, seed=seed),
        "linear": LinearStacker(**shape, categorical=categorical, seed=seed),
        "lambdarank": CandidateStacker("lambdarank", **boosted),
        "xendcg": CandidateStacker("xendcg", **boosted),
        "binary": CandidateStacker("binary", **boosted),
    }
    # the very same objects, so that it is as they are when they are given other settings
    both = [(name, combined[name]) for name in ("lambdarank", "binary")]
    combined["rankers"] = VotingStacker(both, **shape)
    if multiclass:
        combined["multiclass"] = MulticlassStacker(**boosted)
    single = {name: SingleModel(place, **shape) for place, name in enumerate(models)}
    taken = sorted(single.keys() & combined.keys())
    if taken or len(single) < len(models):
        raise BadSettings(f"Expected base models of different names, none of {list(combined)}; received {[*models]}.")
    return {**single, **combined}


def load_method(folder: Path) -> Stacker:
    """The fitted estimator that `save` wrote to `folder`, of whichever class it is."""
    name = read_description(folder)["class"]
    if name not in _CLASSES:
        raise BadSettings(f"Expected one of {', '.join(_CLASSES)} in {folder}, received {name!r}. Stack again.")
    return _CLASSES[name].load(folder)
