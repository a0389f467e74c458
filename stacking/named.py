"""Several stackers with names, as another one holds them."""

from collections.abc import Sequence
from pathlib import Path

from sklearn.base import clone

from ground.files import read_json_as, write_json
from stacking.stacker import Stacker

Named = Sequence[tuple[str, Stacker]]  # as in scikit-learn's StackingClassifier


def unfitted(stackers: Named) -> list[tuple[str, Stacker]]:
    """Unfitted copies."""
    return [(name, clone(stacker)) for name, stacker in stackers]


def sized(stackers: Named, n_models: int, n_classes: int) -> list[tuple[str, Stacker]]:
    """Unfitted copies for so many models and classes."""
    return [(name, stacker.set_params(n_models=n_models, n_classes=n_classes)) for name, stacker in unfitted(stackers)]


def save_named(stackers: Named, folder: Path, kind: str) -> None:
    """Each into a folder of its own in `folder`, and their names beside them."""
    write_json(folder / f"{kind}.json", [name for name, _ in stackers])
    for place, (_, stacker) in enumerate(stackers):
        stacker.save(folder / f"{kind}_{place}")


def load_named(folder: Path, kind: str) -> list[tuple[str, Stacker]]:
    """What `save_named` wrote."""
    from stacking.methods import load_method  # here, as it knows those that hold others too

    names = read_json_as(folder / f"{kind}.json", list[str])
    return [(name, load_method(folder / f"{kind}_{place}")) for place, name in enumerate(names)]
