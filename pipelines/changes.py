"""run.toml: what the run folder's results were made with, and the refusal to mix them with others."""

import shutil
from pathlib import Path
from typing import Any

from base_models.registry import MODELS, architecture_of, model_named
from ground.errors import BadSettings, MissingResult, RunChanged
from ground.settings import differences
from pipelines.alone import alone_at
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.toml_files import read_toml, write_toml

SETTINGS = "settings"  # the work of writing them
WITHOUT_EFFECT = {
    "preset",
    "workers",
    "deterministic",
    "tensorboard",
    "scheduler",
    "model_files",
    "train",
    "train_given",
}  # the last two show in `train_by_model`


def read_settings(run: RunFolder) -> RunSettings:
    """The settings of a run folder; raises `MissingResult` where no run was begun, `BadSettings` where damaged."""
    if not run.settings.exists():
        raise MissingResult(
            f"Expected a run folder at {run.root}, received one without run.toml. "
            f"Begin with `doodlestack run --data FOLDER --out {run.root}`, or name another by --run."
        )
    try:
        settings = RunSettings.of(read_toml(run.settings), str(run.settings))
        known = settings.train_by_model.keys() | settings.train_given.keys()
        if absent := [name for name in settings.models if name not in known]:
            raise BadSettings(f"Expected a table for each model in {run.settings}, there is none for {absent[0]}.")
    except BadSettings as error:
        raise BadSettings(
            f"{error}\nMend {run.settings}, or delete it and repeat `doodlestack run` with the options that it came "
            "of: all results stay."
        ) from error
    return settings


def write_settings(run: RunFolder, settings: RunSettings, force: bool = False) -> None:
    """Write run.toml; where results of other settings stand, refuse, or with `force` delete those that they touch.

    Raises `RunChanged` with what changed and what to do, also where another process makes such results just now.
    """
    with alone_at(run, SETTINGS):
        _write_settings(run, settings, force)


def _write_settings(run: RunFolder, settings: RunSettings, force: bool) -> None:
    if run.settings.exists():
        old, new = (_complete(each).model_dump(mode="json") for each in (read_settings(run), settings))
        changed = {name: pair for name, pair in differences(old, new) if name.split(".")[0] not in WITHOUT_EFFECT}
        stale = sorted({path for name in changed for path in _results_of(run, name, settings) if path.exists()})
        if stale and not force:
            raise RunChanged(_refusal(run, changed, stale))
        if stale and (work := run.work_under_way(besides=SETTINGS)):
            raise RunChanged(
                f"Expected nobody else at work in {run.root} to delete results there, received a process that is at: "
                f"{', '.join(work)}. Stop it first."
            )
        discard(stale)
    write_toml(run.settings, settings.model_dump(mode="json"))


def discard(results: list[Path]) -> None:
    """Delete results that no longer hold."""
    for path in results:
        shutil.rmtree(path)


def _complete(settings: RunSettings) -> RunSettings:
    """With what a run.toml leaves to the models' defaults, such as one from before a default could be set."""
    by_model = {
        name: model_named(name).settings(training.model_dump()) if architecture_of(name) in MODELS else training
        for name, training in settings.train_by_model.items()
    }
    return settings.but(train_by_model=by_model)


def _results_of(run: RunFolder, name: str, settings: RunSettings) -> list[Path]:
    """The folders that hold results which the setting `name`, one of `settings` now, takes part in."""
    table, *rest = name.split(".")
    joined = [run.stack, run.submissions]
    a_model_came_or_went = table == "train_by_model" and len(rest) == 1
    if table == "submission":
        return [run.submissions]
    if table == "pretrain":
        return [run.pretraining, run.root / "models", run.oof_root, *joined]
    if table in ("models", "stack") or a_model_came_or_went:
        return joined
    if table == "oof":  # imported stores stay: their form may be any, and only their own files could make them anew
        return [*(run.oof(trained.name) for trained in (run.root / "models").glob("*")), *joined]
    if table == "train_by_model":
        asked_otherwise = rest[1] == "views" and not settings.train_by_model[rest[0]].discriminant  # which is fitted so
        return [*([] if asked_otherwise else [run.fold(rest[0], 0).parent]), run.oof(rest[0]), *joined]
    trained = [run.root / "models", run.oof_root, *joined]
    return trained if table == "folds" else [run.shards, *trained]


def _refusal(run: RunFolder, changed: dict[str, tuple[Any, Any]], stale: list[Path]) -> str:
    lines = "\n  ".join(f"{name}: {before} → {after}" for name, (before, after) in changed.items())
    held = ", ".join(str(path.relative_to(run.root)) for path in stale)
    return (
        f"{run.root} holds results of other settings:\n  {lines}\n"
        f"Take another --out, go back to the settings in {run.settings}, "
        f"or let --force delete what depends on them ({held}) and make it anew."
    )
