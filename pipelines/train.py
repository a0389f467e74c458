"""Train each base model without each fold; keep what it says of that fold and of the test set."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from base_models.records import DONE
from base_models.rehearsal import require_rehearsal
from features.shards import Shards
from ground.errors import BadData, BadSettings
from ground.locks import is_locked, locked
from ground.settings import nearest
from oof.folds import fold_of
from oof.store import OOFStore
from pipelines.changes import read_settings
from pipelines.executor import Task, run_tasks, workers_that_fit
from pipelines.feeds import require_feeds
from pipelines.keras_start import begin_training
from pipelines.oof_stores import config_of, kept_classes, require_oof_room
from pipelines.other_runs import require_lesson_room, teachers_of, weights_of
from pipelines.pretrain import is_pretrained_first, others_beside, pretrain, require_beginning
from pipelines.progress import console
from pipelines.reached import epoch_reached
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.stopping import heard_stop

PAUSE = 2.0  # seconds between two looks at what another process does


def train(run: RunFolder, settings: RunSettings, models: Sequence[str] = (), folds: Sequence[int] = ()) -> None:
    """Train what is not there yet: all (model, fold) pairs of the run, or those of `models` and `folds` alone.

    Raises `BadSettings` for a model or fold that the run does not have.
    """
    for name in models:
        if name not in settings.models:
            raise BadSettings(f"Expected a model of this run, received '{name}'{nearest(name, list(settings.models))}")
    for fold in folds:
        if not 0 <= fold < settings.folds:
            raise BadSettings(f"Expected a fold from 0 to {settings.folds - 1}, received {fold}.")
    missing = untrained(run, settings, models, folds)
    learning = [pair for pair in missing if not is_trained(run, *pair)]  # the others have but to answer
    for name, fold in learning:  # what is lacking is said before hours of work
        weights_of(settings, name, fold)
        teachers_of(run, settings, name, fold)
        require_rehearsal(settings.train_by_model[name], settings.pretrain)
    require_feeds(run, settings, [name for name, _ in learning])
    alone = 1 if any(Path("/dev").glob("nvidia[0-9]*")) else 0  # processes would fight over the memory of one GPU
    workers = settings.workers or alone or workers_that_fit()
    require_oof_room(run, settings, missing, at_once=workers)
    require_lesson_room(run, settings, learning, at_once=workers)
    pretrain(run, settings, list(dict(learning)), workers)
    while missing:
        free = [pair for pair in missing if not is_locked(run.lock(*pair))]
        if free:
            run_tasks([_task(run, *pair) for pair in free], workers, settings.scheduler, title="train")
        else:
            _wait_for_others(run, missing)
        missing = untrained(run, settings, models, folds)


def untrained(
    run: RunFolder, settings: RunSettings, models: Sequence[str] = (), folds: Sequence[int] = ()
) -> list[tuple[str, int]]:
    """The (model, fold) pairs that are not whole yet: of all, or of `models` and `folds` alone."""
    has_test = len(Shards.open(run.shards).test()) > 0
    return [
        (name, fold)
        for name in models or settings.models
        for fold in folds_left(run, settings, name, has_test)
        if fold in folds or not folds
    ]


def folds_left(run: RunFolder, settings: RunSettings, model: str, has_test: bool) -> list[int]:
    """The folds of a model that are not whole yet."""
    return [fold for fold in range(settings.folds) if not _is_whole(run, model, fold, has_test)]


def _is_whole(run: RunFolder, model: str, fold: int, has_test: bool) -> bool:
    """Whether one (model, fold) is trained and has said all that it has to say."""
    if not (run.oof(model) / "manifest.json").exists() or not is_trained(run, model, fold):
        return False
    store = OOFStore(run.oof(model))
    return store.has_fold(fold) and (not has_test or store.has_test(fold))


def is_trained(run: RunFolder, model: str, fold: int) -> bool:
    """Whether one (model, fold) has but to answer."""
    return (run.fold(model, fold) / DONE).exists()


def train_one(run_root: str, model: str, fold: int) -> None:
    """The task: train `model` without `fold` unless that is done, then predict `fold` and the test set.

    Where another process is at it, there is nothing to do here.
    """
    run = RunFolder(Path(run_root))
    with locked(run.lock(model, fold), wait=False) as held:
        if held:
            _train_and_predict(run, model, fold)


def _train_and_predict(run: RunFolder, model: str, fold: int) -> None:
    settings = read_settings(run)
    begin_training(settings.deterministic)
    import keras

    from base_models.prediction import load_network, predict
    from base_models.registry import load_models, model_named
    from base_models.tensorboard import tensorboard
    from base_models.training import train_fold

    load_models(settings.model_files)
    chosen, training = model_named(model), settings.train_by_model[model]
    shards = Shards.open(run.shards)
    test = shards.test()
    store = OOFStore.create(
        run.oof(model),
        shards.classes,
        settings.folds,
        config_of(settings, model, run.oof(model)),
        keep=kept_classes(settings, shards),
        key_id=shards.key_id,
        test_key_id=test.key_id,
    )
    out = run.fold(model, fold)
    if not is_trained(run, model, fold):
        earlier = earlier_weights(run, settings, model, fold)
        trained = load_network(earlier) if earlier else None
        teachers = teachers_of(run, settings, model, fold)
        lookers_on = [tensorboard(out / "tensorboard")] if settings.tensorboard else []
        given = chosen, shards, fold, settings.folds, training, out, settings.seed, trained, teachers
        others = others_beside(run, settings, model)
        with heard_stop() as stop:
            train_fold(*given, others, stop, lookers_on)
    network = load_network(out / "model.keras")  # as saved: what a later prediction will use
    inputs = chosen.inputs_for(training)
    held_out = np.flatnonzero(fold_of(shards.key_id, settings.folds) == fold)
    store.write_fold(fold, shards.key_id[held_out], predict(network, inputs, shards, held_out, training))
    if len(test):
        store.write_test(fold, test.key_id, predict(network, inputs, test, np.arange(len(test)), training))
    keras.utils.clear_session()


def earlier_weights(run: RunFolder, settings: RunSettings, model: str, fold: int) -> Path | None:
    """The trained model that one (model, fold) begins with: another run's, or the pretrained one; None where neither.

    Raises what `weights_of` raises, and `BadSettings` where layers are frozen that would begin at random.
    """
    require_beginning(settings, model)
    if is_pretrained_first(settings, model):
        return run.pretrained(model) / "model.keras"
    return weights_of(settings, model, fold)


def _wait_for_others(run: RunFolder, missing: list[tuple[str, int]]) -> None:
    """Return as soon as another process has put down one of the `missing`."""
    with console.status(f"another process trains the last {len(missing)}; waiting for it"):
        while all(is_locked(run.lock(*pair)) for pair in missing):
            time.sleep(PAUSE)


def _task(run: RunFolder, model: str, fold: int) -> Task:
    folder = run.fold(model, fold)
    return Task(
        name=f"{model} fold {fold}",
        function="pipelines.train:train_one",
        arguments={"run_root": str(run.root.resolve()), "model": model, "fold": fold},
        state=lambda: _state(folder),
    )


def _state(folder: Path) -> str:
    """How far a training is; a damaged word of it is shown as that, as no training ends for it."""
    try:
        return epoch_reached(folder)
    except BadData as error:
        return str(error)
