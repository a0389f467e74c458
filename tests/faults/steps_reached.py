"""Which step a run is at, told from outside by its files alone."""

from pathlib import Path

from base_models.records import DONE
from features.shuffle_plan import REPORT
from pipelines.changes import read_settings
from pipelines.run_folder import RunFolder

STEPS = ("start", "shuffle", "training", "prediction", "writing", "stack", "submit", "report")  # in their order
WHOLE = "whole"


def step_of(run: RunFolder) -> str:
    """One of `STEPS`, or `WHOLE`; of several folds under way, the one that is furthest tells."""
    if not run.lock("shuffle").exists():
        return "start"
    if not (run.shards / REPORT).exists():
        return "shuffle"
    if (at_folds := _step_of_folds(run)) is not None:
        return at_folds
    for step, result in (("stack", run.stack), ("submit", run.submissions), ("report", run.report)):
        if not result.exists():
            return step
    return WHOLE


def _step_of_folds(run: RunFolder) -> str | None:
    settings = read_settings(run)
    pairs = [(name, fold) for name in settings.models for fold in range(settings.folds)]
    trained = [pair for pair in pairs if (run.fold(*pair) / DONE).exists()]
    if any(_is_writing(run.oof(name), fold) for name, fold in trained):
        return "writing"
    if any(not (run.oof(name) / f"test_{fold}.json").exists() for name, fold in trained):
        return "prediction"
    return None if len(trained) == len(pairs) else "training"


def _is_writing(store: Path, fold: int) -> bool:
    """Whether a column of a part is there, or under its temporary name, without the seal that is written last."""
    for part in (f"fold_{fold}", f"test_{fold}"):
        if not (store / f"{part}.json").exists() and any(store.glob(f"*{part}.*")):
            return True
    return False
