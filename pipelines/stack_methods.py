"""The methods that a run's settings ask for, and the test drawings that may teach them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ground.errors import BadSettings
from ground.threads import threads
from oof.store import OOFStore
from pipelines.progress import console
from pipelines.settings import RunSettings, StackSettings
from pipelines.stack_rows import columns
from stacking.calibrated import CalibratedStacker
from stacking.explanation import Names
from stacking.layers import FIRST, layered
from stacking.methods import methods
from stacking.pseudo_labels import PseudoLabelStacker, Unlabelled
from stacking.rankers import OBJECTIVES
from stacking.stacker import Stacker

MOST_UNLABELLED = 20_000  # × 5 models × 340 classes × 4 bytes = 136 MB


def estimators_of(settings: RunSettings, names: Names, taught: Unlabelled | None = None) -> dict[str, Stacker]:
    """Unfitted, from simple to complex: each base model alone, then the methods that the settings name.

    With `taught`, the deepest meta-models are there a second time, with pseudo-labels, as `linear_pseudo`.
    """
    chosen, classes = settings.stack, len(names.classes)
    wanted = set(chosen.methods)
    if "multiclass" in wanted and classes > chosen.multiclass_classes:
        wanted.remove("multiclass")
        limit = f"stack.multiclass_classes={chosen.multiclass_classes}"
        console.print(f"multiclass is left out: {classes} classes, {limit}; it grows a tree a class a round")
    found = _sized(settings, names, "multiclass" in wanted)
    kept = {name: estimator for name, estimator in found.items() if name in {*names.models, *wanted}}
    sizes: dict[str, Any] = {"n_models": len(names.models), "n_classes": classes}
    if chosen.calibration != "off":
        for name in set(kept) - set(names.models):
            kept[name] = CalibratedStacker(kept[name], chosen.calibration, **sizes)
    deep = layered(kept, chosen.layers)
    if taught is None:
        return {**kept, **deep}
    again = deep or {name: kept[name] for name in FIRST if name in kept}
    share = chosen.pseudo_labels
    pseudo = {f"{name}_pseudo": PseudoLabelStacker(each, taught, share, **sizes) for name, each in again.items()}
    return {**kept, **deep, **pseudo}


def unlabelled(stores: Sequence[OOFStore], source: Any, settings: RunSettings) -> Unlabelled:
    """Test drawings, at the most so many, each as one fold's networks answer for it, all folds in turn.

    Raises `BadSettings` where the run has no test drawings.
    """
    count = min(len(source), MOST_UNLABELLED)
    if not count:
        raise BadSettings("Expected test drawings to give pseudo-labels to, received none. Set stack.pseudo_labels=0.")
    drawn = np.sort(np.random.default_rng(settings.seed).choice(len(source), count, replace=False))
    folds, drawings = np.arange(count) % settings.folds, source.take(drawn)
    probabilities = []
    for store in stores:
        answer = np.empty((count, len(store.classes)), np.float32)
        for fold in np.unique(folds):
            answer[folds == fold] = store.read_test(drawings.key_id[folds == fold], fold=int(fold))
        probabilities.append(answer)
    return Unlabelled(columns(probabilities, drawings), folds)


def _sized(settings: RunSettings, names: Names, multiclass: bool) -> dict[str, Stacker]:
    chosen = settings.stack
    every = methods(
        names.models,
        len(names.classes),
        multiclass=multiclass,
        categorical=True,
        threads=threads(),
        seed=settings.seed,
    )
    as_set(every, chosen)
    return every


def as_set(every: Mapping[str, Stacker], chosen: StackSettings) -> None:
    """Give the meta-models that are LightGBM's the size that the settings say."""
    for name in OBJECTIVES:
        every[name].set_params(
            candidates=chosen.candidates,
            rounds=chosen.ranker_rounds,
            features=chosen.features,
            by_class=chosen.by_class,
        )
    if "multiclass" in every:
        every["multiclass"].set_params(rounds=chosen.multiclass_rounds)
