"""What a run folder holds, what it lacks, and the command that makes it."""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from features.shards import Shards
from ground.errors import MissingResult
from oof.folds import fold_of
from oof.scores import map_at_3
from oof.store import OOFStore
from pipelines.changes import read_settings
from pipelines.reached import epoch_reached
from pipelines.report.numbers import score
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores
from pipelines.settings import RunSettings
from pipelines.stack import stacked_models
from pipelines.train import folds_left


def show_status(root: Path) -> None:
    """Print the state of each step; raises `MissingResult` where no run was begun."""
    run = RunFolder(root)
    settings = read_settings(run)
    console = Console(highlight=False)
    shards = _shards(run)
    if shards is not None:
        classes, test = len(shards.classes), len(shards.test())
        console.print(f"shards       {len(shards):,} drawings of {classes} classes, {test:,} to predict")
        console.print(_folds_table(run, settings, shards))
    if run.stack.exists():
        chosen = Scores.read(run).chosen_row
        console.print(f"stack        {chosen.name}, map@3 {score(chosen.map_at_3)}")
    for path in (run.submissions, run.report):
        if path.exists():
            console.print(f"{path.stem:<12} {path}")
    missing = next_command(run, settings, shards)
    console.print(f"next         {missing}" if missing else "nothing is missing", markup=False, soft_wrap=True)


def next_command(run: RunFolder, settings: RunSettings, shards: Shards | None) -> str:
    """The command that makes the first step that is missing; empty when the run is whole."""
    if shards is None:
        return f"doodlestack shuffle --run {run.root}"
    has_test = len(shards.test()) > 0
    for name in settings.models:
        folds = folds_left(run, settings, name, has_test)
        if folds:
            only = "" if len(folds) == settings.folds else "".join(f" --fold {fold}" for fold in folds)
            return f"doodlestack train {name}{only} --run {run.root}"
    if not run.stack.exists():
        return f"doodlestack stack --run {run.root}"
    if has_test and not run.submissions.exists():
        return f"doodlestack submit --run {run.root}"
    return "" if run.report.exists() else f"doodlestack report --run {run.root}"


def _shards(run: RunFolder) -> Shards | None:
    try:
        return Shards.open(run.shards)
    except MissingResult:
        return None


def _folds_table(run: RunFolder, settings: RunSettings, shards: Shards) -> Table:
    """A row a model, a column a fold: its MAP@3, or how far its training is."""
    table = Table("map@3", *(f"fold {fold}" for fold in range(settings.folds)), box=None)
    for name in stacked_models(run, settings):
        table.add_row(name, *(_cell(run, settings, shards, name, fold) for fold in range(settings.folds)))
    return table


def _cell(run: RunFolder, settings: RunSettings, shards: Shards, model: str, fold: int) -> str:
    if (run.oof(model) / "manifest.json").exists() and (store := OOFStore(run.oof(model))).has_fold(fold):
        rows = np.flatnonzero(fold_of(shards.key_id, settings.folds) == fold)
        return score(map_at_3(store.read(shards.key_id[rows]), shards.label[rows].astype(np.int64)))
    if model not in settings.models:
        return "-"
    return epoch_reached(run.fold(model, fold)).partition("  ")[0] or "-"
