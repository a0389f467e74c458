"""A saved meta-model, as predicting and submitting load it."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.faults.fuzz.reader import Outcome, Reader
from tests.faults.fuzz.truth import check_probabilities, digest

CLASSES, ROWS = 6, 200


def read_stack(folder: Path, name: str) -> Outcome:
    from stacking.methods import load_method  # loads LightGBM

    answer = load_method(folder / "method").predict_proba(_columns())
    check_probabilities(answer, ROWS, CLASSES)
    return Outcome(ROWS, digest=digest(answer))


def _stack(folder: Path) -> tuple[str, ...]:
    from stacking.rankers import CandidateStacker

    small = {"candidates": 4, "most": 4, "inner_folds": 2, "rounds": 5, "num_leaves": 5, "min_data_in_leaf": 10}
    stack = CandidateStacker("binary", n_models=2, n_classes=CLASSES, threads=1, **small)
    stack.fit(_columns(), np.arange(ROWS) % CLASSES).save(folder / "method")
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()))


@cache
def _columns() -> NDArray[np.float32]:
    """Two models' probabilities that point to the class of each row, and a statistic."""
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(CLASSES), (2, ROWS)) + np.eye(CLASSES)[np.arange(ROWS) % CLASSES]
    return np.hstack([*(probabilities / 2), rng.random((ROWS, 1))]).astype(np.float32)


READERS = (Reader("meta-model", _stack, read_stack, has_checksums=True, of_a_folder=True, alone=True, weight=0.5),)
