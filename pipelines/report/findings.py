"""What a run folder holds by now, gathered for the page; what is not there yet is named, not demanded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from features.shards import Shards
from ground.errors import BadData, DoodlestackError
from ground.files import read_json
from oof.store import OOFStore
from pipelines.report.answers import Answers
from pipelines.run_folder import RunFolder

HISTORY_COLUMNS = ("epoch", "loss", "map_at_3")  # without which a history has no curve


@dataclass(frozen=True)
class Training:
    """How one (model, fold) was trained."""

    model: str
    fold: int
    history: pd.DataFrame  # a row an epoch, as in history.csv
    done: dict[str, Any]  # done.json


@dataclass(frozen=True)
class Findings:
    """Everything that the page's sections draw on."""

    run: RunFolder
    shards: Shards | None
    folds: int | None
    models: tuple[Answers, ...]  # the base models, best first
    chosen: Answers | None  # the stack's choice, out of fold
    scores: dict[str, Any]  # stack/scores.json; empty before the stack
    trainings: tuple[Training, ...]
    settings: str  # run.toml
    missing: tuple[str, ...]  # a sentence for each thing that a finished run would have

    @property
    def best(self) -> Answers | None:
        """What the run would answer with: the stack's choice or, before there is one, the best model."""
        return self.chosen or (self.models[0] if self.models else None)


def gather(run: RunFolder) -> Findings:
    """Read a run folder, at whatever stage it is."""
    missing: list[str] = []
    shards = _shards(run, missing)
    stores = {folder.name: OOFStore(folder) for folder in _store_folders(run)}
    models = _models(stores, shards, missing)
    scores = _scores(run, missing)
    if not any(run.submissions.glob("*.csv")):
        missing.append("There is no submission: the data hold no test drawings, or `doodlestack submit` has not run.")
    return Findings(
        run=run,
        shards=shards,
        folds=next((store.folds for store in stores.values()), None),
        models=models,
        chosen=_chosen(run, scores, shards, missing),
        scores=scores,
        trainings=_trainings(run, missing),
        settings=run.settings.read_text(encoding="utf-8") if run.settings.exists() else "",
        missing=tuple(missing),
    )


def _shards(run: RunFolder, missing: list[str]) -> Shards | None:
    try:
        return Shards.open(run.shards)
    except DoodlestackError as error:
        missing.append(f"The drawings could not be read, so no drawing and no class is shown. {error}")
        return None


def _store_folders(run: RunFolder) -> list[Path]:
    return sorted(path.parent for path in run.oof_root.glob("*/manifest.json"))


def _models(stores: dict[str, OOFStore], shards: Shards | None, missing: list[str]) -> tuple[Answers, ...]:
    if not stores:
        missing.append("No base model has out-of-fold probabilities yet: run `doodlestack train`.")
    models = []
    for name, store in stores.items():
        if store.missing_folds:
            folds = ", ".join(map(str, store.missing_folds))
            missing.append(f"{name} lacks fold {folds}; its figures are of the other folds alone.")
        if shards is not None and len(store.missing_folds) < store.folds:
            store.manifest.require(shards.classes, None, store.folder)
            models.append(Answers.read(name, store, shards.key_id, shards.label))
    return tuple(sorted(models, key=lambda answers: -answers.map_at_3))


def _scores(run: RunFolder, missing: list[str]) -> dict[str, Any]:
    path = run.stack / "scores.json"
    if path.exists():
        return dict(read_json(path))
    missing.append(
        "The models have not been stacked yet: run `doodlestack stack`. Until then the best model stands in."
    )
    return {}


def _chosen(run: RunFolder, scores: dict[str, Any], shards: Shards | None, missing: list[str]) -> Answers | None:
    if not scores or shards is None:
        return None
    if not (run.stack / "oof" / "manifest.json").exists():
        missing.append("The stack has kept no probabilities of its own (stack/oof); the best model stands in below.")
        return None
    store = OOFStore(run.stack / "oof")
    store.manifest.require(shards.classes, None, store.folder)
    return Answers.read(scores["chosen"], store, shards.key_id, shards.label)


def _trainings(run: RunFolder, missing: list[str]) -> tuple[Training, ...]:
    found = [_training(path.parent) for path in sorted((run.root / "models").glob("*/fold_*/done.json"))]
    if not found:
        missing.append("There are no learning curves: no model has been trained in this folder.")
    return tuple(sorted(found, key=lambda training: (training.model, training.fold)))


def _training(folder: Path) -> Training:
    path = folder / "history.csv"
    try:
        history = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise BadData(f"Expected the epochs of {folder} in {path}, received {error}. Train this fold again.") from error
    absent = [column for column in HISTORY_COLUMNS if column not in history]
    if absent:
        raise BadData(
            f"Expected the columns {', '.join(HISTORY_COLUMNS)} in {path}, received none called {', '.join(absent)}. "
            "Train this fold again."
        )
    done = read_json(folder / "done.json")
    return Training(folder.parent.name, int(done["fold"]), history, done)
