"""The holdout: cv shards that are set aside before anything else, on which the kept method is scored at the very end.

They are the last ones, 95 to 99 of a holdout of 5: shards in a row are taken evenly from all folds. Whoever opens the
shards doesn't see them, so no base model, no meta-model and no choice can. Then every fold's network answers for them
and the mean counts, as for the test set: the score says what a submission may expect.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from features.drawings import CV_SHARDS
from features.shards import Holdout, Shards
from ground.errors import BadSettings, FoldMismatch
from ground.files import read_json_as, sha256, write_json
from oof.scores import accuracy, average_precision_at_3, interval, log_loss
from oof.store import OOFStore
from pipelines.changes import discard, read_settings
from pipelines.executor import Task, run_tasks
from pipelines.keras_start import start_keras
from pipelines.run_folder import RunFolder
from pipelines.scores import HoldoutScore
from pipelines.settings import RunSettings
from stacking.columns import Floats

SCORED = "scored.json"  # a line for every time that the holdout was looked at


def set_aside(run: RunFolder, settings: RunSettings) -> None:
    """Set the run's holdout aside, before its shards are whole; raises `BadSettings` where a fold would be empty."""
    if settings.holdout + settings.folds > CV_SHARDS:
        raise BadSettings(
            f"Expected a cv shard or more in each of {settings.folds} folds, received {CV_SHARDS - settings.holdout} "
            f"beside a holdout of {settings.holdout}. Take a smaller --holdout, or fewer folds."
        )
    if settings.holdout:
        Holdout(settings.holdout).write(run.shards)


def require_same_holdout(start: RunFolder, settings: RunSettings) -> None:
    """Raises `FoldMismatch` where networks of another run, to be taken up here, have seen what is held out here."""
    theirs = Holdout.of(start.shards).cv_shards
    if theirs < settings.holdout:
        raise FoldMismatch(
            f"Expected {settings.holdout} cv shards or more set aside in {start.root}, as here, received {theirs}: its "
            f"networks have seen drawings that are held out here. Set holdout={theirs}, or name no other run."
        )


def predict_holdout(run: RunFolder, settings: RunSettings, models: Sequence[str]) -> None:
    """Let every network of these models answer for the holdout, unless it has; answers of earlier networks go."""
    for name in models:
        there = (run.holdout(name) / "manifest.json").exists()
        if there and OOFStore(run.holdout(name)).manifest.config != _config(run, settings, name):
            discard([run.holdout(name)])
    root = str(run.root.resolve())
    missing = [(name, fold) for name in models for fold in range(settings.folds) if not _has(run, name, fold)]
    tasks = [
        Task(f"{name} fold {fold}", "pipelines.holdout:predict_one", {"run_root": root, "model": name, "fold": fold})
        for name, fold in missing
    ]
    alone = 1 if any(Path("/dev").glob("nvidia[0-9]*")) else 0  # as in training
    run_tasks(tasks, settings.workers or alone, settings.scheduler, title="holdout")


def predict_one(run_root: str, model: str, fold: int) -> None:
    """The task: what the network of `model` without `fold` says of the holdout."""
    run = RunFolder(Path(run_root))
    settings = read_settings(run)
    start_keras()
    import keras

    from base_models.prediction import load_network, predict
    from base_models.registry import load_models, model_named

    load_models(settings.model_files)
    shards, training = Shards.open(run.shards), settings.train_by_model[model]
    store = OOFStore.create(run.holdout(model), shards.classes, settings.folds, _config(run, settings, model))
    held_out = shards.holdout()
    network, inputs = load_network(run.fold(model, fold) / "model.keras"), model_named(model).inputs_for(training)
    rows = np.arange(len(held_out))
    store.write_test(fold, held_out.key_id, predict(network, inputs, held_out, rows, training))
    keras.utils.clear_session()


def score_holdout(run: RunFolder, method: str, answers: Floats, shards: Shards, seed: int) -> HoldoutScore:
    """MAP@3 and its 95 % interval, accuracy and log loss of answers (N, C) for the holdout.

    `looks` counts how often this run's holdout has been scored by now: from the second time on, who chose the settings
    may have known what it says.
    """
    labels = shards.holdout().label.astype(np.int64)
    precision = average_precision_at_3(answers, labels)
    low, high = interval(precision, seed)
    figures = {"map_at_3": float(precision.mean()), "low": low, "high": high}
    path = run.holdout_root / SCORED
    scored = [*(read_json_as(path, list[dict[str, Any]]) if path.exists() else []), {"method": method, **figures}]
    write_json(path, scored)
    return HoldoutScore(
        drawings=len(labels),
        **figures,
        accuracy=accuracy(answers, labels),
        log_loss=log_loss(answers, labels),
        looks=len(scored),
    )


def _has(run: RunFolder, model: str, fold: int) -> bool:
    return (run.holdout(model) / "manifest.json").exists() and OOFStore(run.holdout(model)).has_test(fold)


def _config(run: RunFolder, settings: RunSettings, model: str) -> dict[str, Any]:
    """What the model's probabilities are of: exactly these networks."""
    return {
        "model": model,
        "networks": [sha256(run.fold(model, fold) / "model.keras") for fold in range(settings.folds)],
    }
