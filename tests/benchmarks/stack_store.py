"""Rows drawn and kept as a run keeps them, an OOF store a model: written in a process of its own, read by others."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from oof.folds import fold_of
from oof.store import OOFStore
from stacking.columns import Floats, Labels
from tests.benchmarks.stack_rows import Rows, World

BLOCK = 10_000  # rows; × 5 models × 340 classes × 4 bytes = 68 MB
TEST_SHARE = 10  # of so many OOF rows there is one test row beside


def write(folder: Path, world: World, rows: int) -> dict[str, float]:
    """Keep `rows` OOF rows and a tenth as many test rows; what it took, in seconds, to draw them and to keep them."""
    names = tuple(f"class {number:03}" for number in range(world.classes))
    stores = [OOFStore.create(folder / f"model_{m}", names, world.folds, {"model": m}) for m in range(world.models)]
    started, stored, labelled = perf_counter(), 0.0, []
    for fold in range(world.folds):
        count = len(range(fold, rows, world.folds))
        drawn = _blocks(lambda first, n, k=fold: world.oof(k, first, n), count)
        begun = perf_counter()
        for model, store in enumerate(stores):
            store.write_fold(fold, drawn.key_id, drawn.probabilities[:, model])
        stored += perf_counter() - begun
        labelled.append((drawn.key_id, drawn.statistics, drawn.label))
    _save(folder, "oof", *(np.concatenate(parts) for parts in zip(*labelled, strict=True)))
    drawn = _blocks(world.test, max(rows // TEST_SHARE, 1))
    begun = perf_counter()
    for model, store in enumerate(stores):
        store.write_test(None, drawn.key_id, drawn.probabilities[:, model])
    stored += perf_counter() - begun
    _save(folder, "test", drawn.key_id, drawn.statistics, drawn.label)
    return {"drawing": perf_counter() - started - stored, "storing": stored}


def read(folder: Path, part: str) -> tuple[Floats, Labels]:
    """X (N, M * C + F) and y (N,) of "oof" or "test" rows; each model's probabilities go straight to their place."""
    key_id, statistics = (np.load(folder / f"{part}_{name}.npy") for name in ("key_id", "statistics"))
    stores = [OOFStore(path.parent) for path in sorted(folder.glob("model_*/manifest.json"))]
    classes = len(stores[0].classes)
    X = np.empty((len(key_id), len(stores) * classes + statistics.shape[1]), np.float32)  # noqa: N806
    for model, store in enumerate(stores):
        columns = X[:, model * classes : (model + 1) * classes]
        if part == "oof":
            store.read(key_id, out=columns)
        else:
            store.read_test(key_id, out=columns)
    X[:, len(stores) * classes :] = statistics
    return X, np.load(folder / f"{part}_label.npy")


def folds(folder: Path) -> Labels:
    """(N,) of the "oof" rows."""
    return fold_of(np.load(folder / "oof_key_id.npy"), OOFStore(folder / "model_0").folds)


def _blocks(draw: Callable[[int, int], Rows], count: int) -> Rows:
    """`count` rows, drawn block by block into one array."""
    parts = [draw(first, min(BLOCK, count - first)) for first in range(0, count, BLOCK)]
    return Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__annotations__))


def _save(folder: Path, part: str, key_id: Labels, statistics: Floats, label: Labels) -> None:
    for name, array in (("key_id", key_id), ("statistics", statistics), ("label", label)):
        np.save(folder / f"{part}_{name}.npy", array)


def main(folder: str, rows: str, classes: str, models: str, statistics: str, seed: str) -> None:
    """Print the seconds as JSON."""
    world = World(int(classes), int(models), int(statistics), seed=int(seed))
    print(json.dumps(write(Path(folder), world, int(rows))))


if __name__ == "__main__":
    main(*sys.argv[1:])
