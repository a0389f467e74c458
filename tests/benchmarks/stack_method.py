"""One way to stack rows that `stack_store` has kept: read, fit, answer, score; in a process of its own."""

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from oof.scores import average_precision_at_3, interval
from stacking.methods import methods
from stacking.stacker import Stacker
from tests.benchmarks.stack_multiclass import Multiclass
from tests.benchmarks.stack_peers import PEERS
from tests.benchmarks.stack_store import folds, read

NOTHING = "nothing"  # only reads the rows: what every other way holds in memory besides its own


def main(folder: str, name: str, models: str, classes: str, limit: str, threads: str, seed: str) -> None:
    """Print seconds, MAP@3 on the test rows with its interval, and a note, as JSON."""
    came = perf_counter()
    X, y = read(Path(folder), "oof")  # noqa: N806
    if name == NOTHING:
        print(json.dumps({}))
        return
    way = _way(name, int(models), int(classes), float(limit), int(threads), int(seed))
    started = perf_counter()
    if isinstance(way, Stacker):
        way.fit(X, y, folds(Path(folder)))
    else:
        way.fit(X, y)
    fitted = perf_counter()
    test, label = read(Path(folder), "test")
    begun = perf_counter()
    precision = average_precision_at_3(way.predict_proba(test), label)
    answer = {
        "read": started - came,
        "fit": getattr(way, "seconds", fitted - started),
        "predict": perf_counter() - begun,
        "rows": len(label),
        "map_at_3": float(precision.mean()),
        "interval": interval(precision),
        "note": getattr(way, "note", ""),
    }
    print(json.dumps(answer))


def _way(name: str, models: int, classes: int, limit: float, threads: int, seed: int) -> Any:
    """What fits and answers; a peer where no method of ours has the name."""
    if name == "multiclass":
        return Multiclass(models, classes, limit, threads, seed)
    if name in PEERS:
        return PEERS[name](models, classes, limit)
    names = [f"model_{model}" for model in range(models)]
    return methods(names, classes, multiclass=False, threads=threads, seed=seed)[name]


if __name__ == "__main__":
    main(*sys.argv[1:])
