"""Join the base models in every way that the settings name, score each on rows it was not fitted on, keep one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.cores import threads
from features.shards import Shards
from features.statistics import STATISTICS, stroke_statistics
from ground.errors import RunChanged
from ground.files import read_json, whole_folder, write_json
from oof.folds import fold_of
from oof.store import OOFStore
from pipelines.changes import discard
from pipelines.progress import console
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from stacking.choice import Comparison, compare
from stacking.columns import join_columns
from stacking.methods import methods
from stacking.stacker import Stacker

CHUNK = 100_000  # drawings whose statistics are taken at a time; their points take 10 MB


def stack(run: RunFolder, settings: RunSettings, force: bool = False) -> None:
    """Write `stack/` (scores, the chosen method fitted on all rows, its out-of-fold probabilities).

    Raises `IncompleteOOF`, `FoldMismatch`, `ClassMismatch`, `KeyMismatch` or `BadOOF` for base models that cannot
    be trusted, `RunChanged` where `stack/` is of other base models, unless `force` lets it be made anew.
    """
    shards = Shards.open(run.shards)
    names = stacked_models(run, settings)
    stores = [OOFStore(run.oof(name)) for name in names]
    for store in stores:
        store.check(shards.key_id, shards.classes, settings.folds)
    inputs = {name: store.fingerprint() for name, store in zip(names, stores, strict=True)}
    if not _is_whole(run, inputs, force):
        X = columns([store.read(shards.key_id) for store in stores], shards)  # (N, M * C + F)  # noqa: N806
        folds = fold_of(shards.key_id, settings.folds)
        estimators = _estimators(settings, names, len(shards.classes))
        with console.status("stack") as status:
            compared = compare(
                estimators,
                X,
                shards.label.astype(np.int64),
                folds,
                settings.seed,
                progress=lambda name: status.update(f"stack  {name}"),
            )
            estimators[compared.chosen].fit(X, shards.label.astype(np.int64))
        _write(run, settings, shards, compared, estimators[compared.chosen], inputs)


def stacked_models(run: RunFolder, settings: RunSettings) -> list[str]:
    """The base models that the stack takes: the run's own, then those whose probabilities were imported."""
    folders = [path.parent for path in sorted(run.oof_root.glob("*/manifest.json"))]
    imported = [folder.name for folder in folders if "imported" in OOFStore(folder).manifest.config]
    return [*settings.models, *imported]


def columns(probabilities: Sequence[NDArray[np.float32]], source: Any) -> NDArray[np.float32]:
    """(N, M * C + F) what meta-models take, from M models' probabilities (N, C) and the drawings of `source`."""
    statistics = np.empty((len(source), len(STATISTICS)), np.float32)
    for first in range(0, len(source), CHUNK):
        rows = np.arange(first, min(first + CHUNK, len(source)))
        statistics[rows] = stroke_statistics(source.take(rows))
    return join_columns(probabilities, statistics)


def _estimators(settings: RunSettings, models: Sequence[str], classes: int) -> dict[str, Stacker]:
    """Unfitted, from simple to complex: each base model alone, then the methods that the settings name."""
    chosen = settings.stack
    wanted = set(chosen.methods)
    if "multiclass" in wanted and classes > chosen.multiclass_classes:
        wanted.remove("multiclass")
        limit = f"stack.multiclass_classes={chosen.multiclass_classes}"
        console.print(f"multiclass is left out: {classes} classes, {limit}; it grows a tree a class a round")
    every = methods(models, classes, multiclass="multiclass" in wanted, threads=threads(), seed=settings.seed)
    for name in ("lambdarank", "binary"):
        every[name].set_params(candidates=chosen.candidates, rounds=chosen.ranker_rounds)
    if "multiclass" in wanted:
        every["multiclass"].set_params(rounds=chosen.multiclass_rounds)
    return {name: estimator for name, estimator in every.items() if name in {*models, *wanted}}


def _is_whole(run: RunFolder, inputs: dict[str, str], force: bool) -> bool:
    """Whether `stack/` is there, of these base models; one of others is refused or, with `force`, deleted."""
    if not run.stack.exists():
        return False
    held = read_json(run.stack / "scores.json")["inputs"]
    changed = sorted(name for name in {**held, **inputs} if held.get(name) != inputs.get(name))
    if changed and not force:
        raise RunChanged(
            f"Expected the stack in {run.stack} to be of the probabilities in {run.oof_root}, received one of others: "
            f"{', '.join(changed)} changed, came or went. Make it anew: `doodlestack stack --run {run.root} --force`."
        )
    if changed:
        discard([path for path in (run.stack, run.submissions) if path.exists()])
    return not changed


def _write(
    run: RunFolder, settings: RunSettings, shards: Shards, compared: Comparison, fitted: Stacker, inputs: dict[str, str]
) -> None:
    """All of `stack/` at once."""
    scores = compared.as_json(shards.classes)
    for row in scores["rows"]:
        row["seconds"] += training_seconds(run, row["name"], settings.folds)
    probabilities, fold = compared.probabilities[compared.chosen], fold_of(shards.key_id, settings.folds)
    with whole_folder(run.stack) as folder:
        fitted.save(folder / "method")
        store = OOFStore.create(folder / "oof", shards.classes, settings.folds, {"method": compared.chosen})
        for k in range(settings.folds):
            store.write_fold(k, shards.key_id[fold == k], probabilities[fold == k])
        write_json(folder / "scores.json", {**scores, "inputs": inputs})


def training_seconds(run: RunFolder, model: str, folds: int) -> float:
    """What the training of a base model took, all folds together; 0 for an imported one and for a blend."""
    done = [run.fold(model, fold) / "done.json" for fold in range(folds)]
    return sum(float(read_json(path)["seconds"]) for path in done if path.exists())
