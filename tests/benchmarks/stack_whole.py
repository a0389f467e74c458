"""The whole stack as a run makes it, on drawn rows: `python -m tests.benchmarks.stack_whole`.

Every method by cross-validation, the choice made anew without each fold, the chosen one on all rows, its explanation;
`stack_rows` says how rows are drawn. Counted is the processor's time of all
threads, as a shared machine makes no other.
"""

import os
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import typer

from features.drawings import cv_of
from ground.threads import threads
from oof.folds import fold_of
from pipelines.settings import StackSettings
from pipelines.stack_methods import as_set
from stacking.choice import Comparison, compare
from stacking.explanation import Names, Rows, explain
from stacking.methods import methods
from stacking.shared_fits import fits_shared
from stacking.stacker import Stacker
from tests.benchmarks.options import Json, Seed, run
from tests.benchmarks.stack_rows import World
from tests.benchmarks.stack_shift import columns
from tests.benchmarks.table import Row, publish

ROWS, CLASSES, MOST_SECONDS = 9_387, 340, 300.0  # the bar, and its size


def drawn(world: World, rows: int) -> tuple[Rows, np.ndarray]:  # type: ignore[type-arg]
    """Out-of-fold rows in the order of their key_ids, and the key_ids."""
    parts = [world.oof(fold, 0, len(range(fold, rows, world.folds))) for fold in range(world.folds)]
    key_id = np.concatenate([part.key_id for part in parts])
    order = np.argsort(key_id)
    X = np.concatenate([columns(part) for part in parts])[order]  # noqa: N806
    label = np.concatenate([part.label for part in parts])[order]
    return Rows(X, label, fold_of(key_id[order], world.folds)), key_id[order]


def estimators(models: list[str], classes: int, cores: int, seed: int) -> dict[str, Stacker]:
    """Those of the settings' defaults."""
    chosen = StackSettings()
    wanted = set(chosen.methods) - ({"multiclass"} if classes > chosen.multiclass_classes else set())
    every = methods(models, classes, multiclass="multiclass" in wanted, threads=cores, seed=seed)
    as_set(every, chosen)
    return {name: estimator for name, estimator in every.items() if name in {*models, *wanted}}


def measure(world: World, rows: int, cores: int, seed: int) -> tuple[list[Row], Comparison]:
    """Seconds of each part, and what was compared."""
    held, key_id = drawn(world, rows)
    models, classes = [f"model_{m}" for m in range(world.models)], [str(c) for c in range(world.classes)]
    statistics = [f"statistic {number}" for number in range(held.X.shape[1] - world.models * world.classes)]
    names = Names(models, classes, statistics)
    tried = estimators(models, world.classes, cores, seed)
    parts: dict[str, float] = {}
    with fits_shared():
        nothing = _timed(parts, "every method", lambda: compare(tried, held.X, held.y, held.folds, seed))
        again = _timed(
            parts,
            "the choice made anew",
            lambda: compare(tried, held.X, held.y, held.folds, seed, nested=True, shards=cv_of(key_id)),
        )
        _timed(parts, "the chosen one on all rows", lambda: tried[again.chosen].fit(held.X, held.y, held.folds))
        _timed(
            parts,
            "the explanation",
            lambda: explain(again.chosen, tried, nothing.probabilities, held, names, seed),
        )
    asked = rows >= ROWS and world.classes >= CLASSES
    total = Row("all together", sum(parts.values()), "s", MOST_SECONDS if asked else None, "≤")
    return [*(Row(name, seconds, "s") for name, seconds in parts.items()), total], again


def _timed(parts: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    began = _processor_seconds()
    answer = work()
    parts[name] = _processor_seconds() - began
    return answer


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system


def main(
    rows: Annotated[int, typer.Option(min=50, help="OOF rows.")] = ROWS,
    classes: Annotated[int, typer.Option(min=4, help="Classes.")] = CLASSES,
    models: Annotated[int, typer.Option(min=1, help="Base models.")] = 3,
    statistics: Annotated[int, typer.Option(min=0, help="Statistics a drawing.")] = 49,
    folds: Annotated[int, typer.Option(min=2, help="Folds.")] = 5,
    cores: Annotated[int, typer.Option(min=0, help="Of LightGBM; 0: all. Threads that wait for busy cores count.")] = 0,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Processor's seconds of the whole stack."""
    rows_of_table, compared = measure(World(classes, models, statistics, folds, seed), rows, cores or threads(), seed)
    scores = [Row(score.name, score.map_at_3, "MAP@3") for score in compared.scores]
    publish({"whole stack": rows_of_table, "out of fold": scores}, json)
    if not json:
        print(compared.reason)


if __name__ == "__main__":
    run(main)
