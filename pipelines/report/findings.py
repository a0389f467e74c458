"""What a run folder holds by now, gathered for the page; what is not there yet is named, not demanded."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from base_models.records import COUNTED, DONE, HISTORY, TrainingRecord, read_history
from features.shards import Shards
from ground.errors import BadData, DoodlestackError
from oof.store import OOFStore
from pipelines.changes import read_settings
from pipelines.report.answers import Answers
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores


@dataclass(frozen=True)
class Training:
    """How one (model, fold) was trained."""

    model: str
    fold: int
    history: pd.DataFrame  # a row an epoch, as in history.csv
    record: TrainingRecord


@dataclass(frozen=True)
class Findings:
    """Everything that the page's sections draw on."""

    run: RunFolder
    shards: Shards | None
    folds: int | None
    models: tuple[Answers, ...]  # the base models, best first
    chosen: Answers | None  # the stack's choice, out of fold
    scores: Scores | None  # None before the stack
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
        settings=_settings(run),
        missing=tuple(missing),
    )


def _settings(run: RunFolder) -> str:
    if not run.settings.exists():
        return ""
    read_settings(run)  # a damaged one is told, not shown
    return run.settings.read_text(encoding="utf-8")


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


def _scores(run: RunFolder, missing: list[str]) -> Scores | None:
    if run.stack.exists():
        return Scores.read(run)
    missing.append(
        "The models have not been stacked yet: run `doodlestack stack`. Until then the best model stands in."
    )
    return None


def _chosen(run: RunFolder, scores: Scores | None, shards: Shards | None, missing: list[str]) -> Answers | None:
    if scores is None or shards is None:
        return None
    if not (run.stack / "oof" / "manifest.json").exists():
        missing.append("The stack has kept no probabilities of its own (stack/oof); the best model stands in below.")
        return None
    store = OOFStore(run.stack / "oof")
    store.manifest.require(shards.classes, None, store.folder)
    return Answers.read(scores.chosen, store, shards.key_id, shards.label)


def _trainings(run: RunFolder, missing: list[str]) -> tuple[Training, ...]:
    found = [_training(path.parent) for path in sorted((run.root / "models").glob(f"*/fold_*/{DONE}"))]
    if not found:
        missing.append("There are no learning curves: no model has been trained in this folder.")
    return tuple(sorted(found, key=lambda training: (training.model, training.fold)))


def _training(folder: Path) -> Training:
    history = [{name: _number(name, text) for name, text in row.items()} for row in read_history(folder / HISTORY)]
    record = TrainingRecord.read(folder / DONE)
    if record.fold is None:
        raise BadData(f"Expected a fold in {folder / DONE}, received none. Delete {folder} and train this fold again.")
    return Training(folder.parent.name, record.fold, pd.DataFrame(history), record)


def _number(column: str, text: str) -> float:
    return int(text) if column in COUNTED else float(text or "nan")
