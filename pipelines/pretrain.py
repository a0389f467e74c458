"""Let every model learn other drawings first: where a class has few, what a doodle is can be learned from others.

No fold is held out of it, so one such training serves all folds. What it must not see are drawings of the run: those
that are in both sets, by key_id or stroke for stroke, are left out.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from base_models.records import DONE
from base_models.rehearsal import OtherDrawings, others_to_learn, require_rehearsal
from features.arrow_files import ArrowDrawings
from features.copies import find_copies
from features.drawings import Drawings
from features.shards import Shards
from features.shuffle import finish
from features.shuffle_plan import REPORT, plan
from ground.errors import BadSettings
from ground.locks import locked
from pipelines.alone import alone_at
from pipelines.changes import read_settings
from pipelines.executor import Task, cores, run_tasks
from pipelines.keras_start import begin_training
from pipelines.progress import console
from pipelines.reached import epoch_reached
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.shuffle import PARTS_A_CORE, spread
from pipelines.stopping import heard_stop


def pretrain(run: RunFolder, settings: RunSettings, models: Sequence[str], workers: int) -> None:
    """Train `models` on the drawings in `settings.pretrain`, those that are not pretrained yet.

    Models that start from another run's weights (`start_from`) are left alone; what they rehearse is laid out. Raises
    `BadData` where the drawings cannot be read, `RunChanged` where they are no longer those that were read before.
    """
    missing = [name for name in models if is_pretrained_first(settings, name) and not is_done(run, name)]
    if not missing and not any(settings.train_by_model[name].rehearsal for name in models):
        return
    with alone_at(run, "pretraining"):
        _shuffle(run, settings)
    if missing:
        run_tasks([_task(run, name) for name in missing], workers, settings.scheduler, title="pretrain")


def is_pretrained_first(settings: RunSettings, model: str) -> bool:
    """Whether a model learns other drawings before its folds."""
    return bool(settings.pretrain) and not settings.train_by_model[model].start_from


def require_beginning(settings: RunSettings, model: str) -> None:
    """Raise `BadSettings` where layers are frozen that would begin at random."""
    training = settings.train_by_model[model]
    if training.frozen and not (settings.pretrain or training.start_from or training.network.get("weights")):
        raise BadSettings(
            f"Expected weights to begin with where a share of {training.frozen:g} of the layers of {model} is frozen, "
            "received none. Name start_from, pretrain or, where the network has such, its weights; or set "
            f"train_by_model.{model}.frozen=0."
        )


def is_done(run: RunFolder, model: str) -> bool:
    """Whether it has."""
    return (run.pretrained(model) / DONE).exists()


def pretrain_one(run_root: str, model: str) -> None:
    """The task: train `model` on the other drawings unless that is done; waits where another process is at it."""
    run = RunFolder(Path(run_root))
    with locked(run.lock(f"{model} pretraining")):
        if not is_done(run, model):
            _train(run, model)


def drawings_to_learn(run: RunFolder) -> Shards:
    """The other drawings without those that are among the run's own, in training, test or holdout.

    Raises `BadSettings` when none is left.
    """
    own, other = Shards.open(run.shards), Shards.open(run.pretraining)
    left = other.without(_shared(other, own))
    if not len(left):
        raise BadSettings(
            f"Expected drawings to pretrain on that are not among the run's own, all {len(other):,} are. "
            "Name another folder as pretrain, or none."
        )
    return left


def others_beside(run: RunFolder, settings: RunSettings, model: str) -> OtherDrawings | None:
    """The other drawings that a model learns in every fold too; None where it does not. Raises `BadSettings`."""
    training = settings.train_by_model[model]
    require_rehearsal(training, settings.pretrain)
    if not training.rehearsal:
        return None
    return others_to_learn(drawings_to_learn(run), Shards.open(run.shards).classes, training)


def _shared(other: Shards, own: Shards) -> NDArray[np.int64]:
    """Rows of `other` that are drawings of `own`: by key_id, or by an equal drawing."""
    parts: list[Shards | Drawings | ArrowDrawings] = [own, own.test(), own.holdout()]
    by_key = np.flatnonzero(np.isin(other.key_id, np.concatenate([part.key_id for part in parts])))
    copies = find_copies(other, *parts)
    in_own = np.unique(copies.group[copies.row >= len(other)])
    by_strokes = copies.row[np.isin(copies.group, in_own) & (copies.row < len(other))]
    return np.union1d(by_key, by_strokes)


def _shuffle(run: RunFolder, settings: RunSettings) -> None:
    if (run.pretraining / REPORT).exists():
        return
    folder = Path(settings.pretrain)
    planned = plan(folder, run.pretraining, PARTS_A_CORE * cores(), settings.seed, settings.bad_row_share)
    spread(planned, run.pretraining, settings)
    finish(str(run.pretraining.resolve()))
    left, every = len(drawings_to_learn(run)), len(Shards.open(run.pretraining))
    console.print(f"{left:,} other drawings to learn first; {every - left:,} left out that are among the run's own")


def _train(run: RunFolder, model: str) -> None:
    settings = read_settings(run)
    begin_training(settings.deterministic)
    import keras

    from base_models.registry import load_models, model_named
    from base_models.training import train_fold

    load_models(settings.model_files)
    training = settings.train_by_model[model].for_pretraining()
    with heard_stop() as stop:
        train_fold(
            model_named(model),
            drawings_to_learn(run),
            None,
            settings.folds,
            training,
            run.pretrained(model),
            settings.seed,
            stop=stop,
        )
    keras.utils.clear_session()


def _task(run: RunFolder, model: str) -> Task:
    folder = run.pretrained(model)
    return Task(
        name=f"{model} pretraining",
        function="pipelines.pretrain:pretrain_one",
        arguments={"run_root": str(run.root.resolve()), "model": model},
        state=lambda: epoch_reached(folder),
    )
