"""Join the base models in every way that the settings name, score each on rows it was not fitted on, keep one."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np

from base_models.records import DONE, TrainingRecord
from features.drawings import cv_of
from features.shards import Shards
from ground.errors import BadData, MissingResult, RunChanged
from ground.files import whole_folder, write_json
from oof.folds import fold_of
from oof.store import OOFStore
from pipelines.alone import alone_at
from pipelines.changes import discard
from pipelines.holdout import predict_holdout, score_holdout
from pipelines.progress import console
from pipelines.run_folder import RunFolder
from pipelines.scores import FILE, HoldoutScore, Scores
from pipelines.settings import RunSettings
from pipelines.stack_methods import estimators_of, unlabelled
from pipelines.stack_rows import COLUMNS, AskedRows, columns
from stacking.calibration_gain import calibration_gains
from stacking.choice import compare
from stacking.columns import Floats
from stacking.explanation import Names, Rows, explain
from stacking.shared_fits import fits_shared
from stacking.stacker import Stacker


def stack(run: RunFolder, settings: RunSettings, force: bool = False) -> None:
    """Write `stack/` (scores, the chosen method fitted on all rows, its out-of-fold probabilities).

    Raises `IncompleteOOF`, `FoldMismatch`, `ClassMismatch`, `KeyMismatch` or `BadOOF` for base models that cannot
    be trusted, `RunChanged` where `stack/` is of other base models, unless `force` lets it be made anew.
    """
    with alone_at(run, "stack"):
        shards = Shards.open(run.shards)
        names = stacked_models(run, settings)
        stores = [OOFStore(run.oof(name)) for name in names]
        for store in stores:
            store.check(shards.key_id, shards.classes, settings.folds)
        inputs = {name: store.fingerprint() for name, store in zip(names, stores, strict=True)}
        if not _is_whole(run, inputs, force):
            _stack(run, settings, shards, stores, inputs)


def _stack(
    run: RunFolder, settings: RunSettings, shards: Shards, stores: Sequence[OOFStore], inputs: dict[str, str]
) -> None:
    seconds = {name: training_seconds(run, name, settings.folds) for name in inputs}  # damage is told before the work
    X = columns([store.read(shards.key_id) for store in stores], shards)  # (N, M * C + F)  # noqa: N806
    rows = Rows(X, shards.label.astype(np.int64), fold_of(shards.key_id, settings.folds))
    names, cv = Names([*inputs], shards.classes, COLUMNS), cv_of(shards.key_id)
    taught = unlabelled(stores, shards.test(), settings) if settings.stack.pseudo_labels else None
    estimators, nested = estimators_of(settings, names, taught), _is_nested(settings, len(X))
    by = "temperature" if settings.stack.calibration == "off" else settings.stack.calibration
    gains = calibration_gains(X, rows.y, rows.folds, names.models, len(names.classes), by)
    with console.status("stack") as status, fits_shared():

        def tell(what: str) -> None:
            status.update(f"stack  {what}")

        compared = compare(estimators, X, rows.y, rows.folds, settings.seed, tell, nested=nested, shards=cv)
        chosen, explained = compared.chosen, None
        tell(f"{chosen}, on all rows")
        fitted = estimators[chosen].fit(X, rows.y, rows.folds)
        if settings.stack.explain:
            explained = explain(chosen, estimators, compared.probabilities, rows, names, settings.seed, tell)
    holdout = _on_holdout(run, settings, shards, chosen, fitted, names.models)
    table = tuple(replace(row, seconds=row.seconds + seconds.get(row.name, 0.0)) for row in compared.scores)
    found = (compared.nested, holdout, explained, gains)
    scores = Scores(len(X), shards.classes, table, chosen, compared.reason, inputs, *found)
    _write(run, settings, shards, compared.probabilities[chosen], fitted, scores)


def _is_nested(settings: RunSettings, drawings: int) -> bool:
    """Whether the choice is made anew without each fold; says so where there are too many drawings for it."""
    most = settings.stack.nested_rows
    if 0 < most < drawings:
        limit = f"{drawings:,} drawings, stack.nested_rows={most}"
        console.print(f"the choice is not made anew without each fold: {limit}; luck has little part in it there")
    return drawings <= most


def _on_holdout(
    run: RunFolder, settings: RunSettings, shards: Shards, method: str, fitted: Stacker, models: Sequence[str]
) -> HoldoutScore | None:
    """The fitted method's score on what was set aside; None where nothing was, or where a model can't look at it."""
    if not len(shards.holdout()):
        return None
    if imported := [name for name in models if name not in settings.models]:
        console.print(f"the holdout is not scored: {', '.join(imported)} came without probabilities of it")
        return None
    predict_holdout(run, settings, models)
    rows = AskedRows([OOFStore(run.holdout(name)) for name in models], shards.holdout())
    return score_holdout(run, method, rows.answers(fitted), shards, settings.seed)


def stacked_models(run: RunFolder, settings: RunSettings) -> list[str]:
    """The base models that the stack takes: the run's own, then those whose probabilities were imported."""
    folders = [path.parent for path in sorted(run.oof_root.glob("*/manifest.json"))]
    imported = [folder.name for folder in folders if "imported" in OOFStore(folder).manifest.config]
    return [*settings.models, *imported]


def _is_whole(run: RunFolder, inputs: dict[str, str], force: bool) -> bool:
    """Whether `stack/` is there, of these base models; one of others is refused or, with `force`, deleted."""
    if not run.stack.exists():
        return False
    held = _inputs_of_stack(run, force)
    changed = sorted(name for name in {**held, **inputs} if held.get(name) != inputs.get(name))
    if changed and not force:
        raise RunChanged(
            f"Expected the stack in {run.stack} to be of the probabilities in {run.oof_root}, received one of others: "
            f"{', '.join(changed)} changed, came or went. Make it anew: `doodlestack stack --run {run.root} --force`."
        )
    if changed:
        discard([path for path in (run.stack, run.submissions) if path.exists()])
    return not changed


def _inputs_of_stack(run: RunFolder, force: bool) -> dict[str, str]:
    """The fingerprints of what `stack/` is of; none where they cannot be read and `force` lets it be made anew."""
    try:
        return Scores.read(run).inputs
    except (BadData, MissingResult):
        if not force:
            raise
        return {}


def _write(
    run: RunFolder, settings: RunSettings, shards: Shards, probabilities: Floats, fitted: Stacker, scores: Scores
) -> None:
    """All of `stack/` at once."""
    fold = fold_of(shards.key_id, settings.folds)
    with whole_folder(run.stack) as folder:
        fitted.save(folder / "method")
        store = OOFStore.create(folder / "oof", shards.classes, settings.folds, {"method": scores.chosen})
        for k in range(settings.folds):
            store.write_fold(k, shards.key_id[fold == k], probabilities[fold == k])
        write_json(folder / FILE, asdict(scores))


def training_seconds(run: RunFolder, model: str, folds: int) -> float:
    """What the training of a base model took, all folds together; 0 for an imported one."""
    done = [run.fold(model, fold) / DONE for fold in range(folds)]
    return sum(TrainingRecord.read(path).seconds for path in done if path.exists())
