"""The training of one (model, fold). The held-out fold takes no part in it, in any form."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import keras

from base_models.averages import FOLLOWED, EpochAverage, follow
from base_models.building import build_network
from base_models.checkpoint import Checkpoint
from base_models.discriminant import add_discriminant
from base_models.history import History, Progress
from base_models.lesson import LESSON, lesson_of
from base_models.objective import accuracy, map_at_3, optimizer, smoothed_crossentropy
from base_models.plan import Plan, make_plan
from base_models.quick_layers import quick_layers
from base_models.records import DONE, HISTORY, PROGRESS, STATE, TrainingRecord
from base_models.registry import BaseModel
from base_models.rehearsal import OtherDrawings
from base_models.schedule import learning_rate_schedule
from base_models.settings import TrainSettings
from base_models.transfer import freeze, start_from
from features.shards import Shards
from ground.files import whole_file, write_json


def train_fold(
    model: BaseModel,
    shards: Shards,
    fold: int | None,
    folds: int,
    settings: TrainSettings,
    out: Path,
    seed: int,
    trained: keras.Model | None = None,
    teachers: Sequence[Path] = (),
    others: OtherDrawings | None = None,
    stop: Callable[[], bool] = lambda: False,
    lookers_on: Sequence[keras.callbacks.Callback] = (),
) -> keras.Model:
    """Train `model` on every fold but `fold` (None: on all), from random weights or those of `trained`; gives it.

    With `settings.teacher` it also learns what the trained (model, fold) in the folders `teachers` say, see `lesson`;
    by `settings.rehearsal`, `others` beside its own.
    Writes `history.csv` after each epoch, then `model.keras` and, last, `done.json` into `out`; meanwhile how it
    stands, and its whole state, from which the same call goes on after a stop of any kind. Raises `BadSettings` when
    the other folds hold no drawing, `KeyboardInterrupt` with the state saved soon after `stop` says so, and what
    `lesson_of` raises.
    """
    lesson = lesson_of(teachers, shards, fold, folds, settings, out, stop)
    plan = make_plan(model, shards, fold, folds, settings, seed, lesson, others)
    network = start_network(plan, trained)
    average = EpochAverage(plan.first_averaged)
    checkpoint = Checkpoint(out / STATE, str(plan), stop, average)
    with quick_layers(network):
        checkpoint.resume(network, plan.any_batch())
        history = History(out / HISTORY, plan.epochs, checkpoint.position.epoch)
        _fit(network, plan, checkpoint, [history, Progress(out / PROGRESS, plan.epochs), *lookers_on, average])
        _average(network, plan, average)
    if settings.discriminant:
        add_discriminant(network, plan)
    with whole_file(out / "model.keras") as temporary:
        network.save(temporary)
    write_json(out / DONE, asdict(_record(plan, network, checkpoint.seconds)))
    for under_way in (STATE, PROGRESS):
        (out / under_way).unlink(missing_ok=True)
    if lesson is not None:
        shutil.rmtree(out / LESSON)
    return network


def _fit(network: keras.Model, plan: Plan, checkpoint: Checkpoint, others: Sequence[keras.callbacks.Callback]) -> None:
    """The epochs that are left, each by a `fit` of its own: so it can be begun at any step."""
    for epoch in range(checkpoint.position.epoch, plan.epochs):
        network.fit(
            plan.feed(epoch, checkpoint.first_step(epoch)),
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=plan.watched_feed(epoch),
            callbacks=[*others, checkpoint],  # in this order: what the others lack is trained again
            shuffle=False,  # the feed permutes the rows itself; Keras must not order its steps by one of its own
            verbose=0,
        )


def _average(network: keras.Model, plan: Plan, average: EpochAverage) -> None:
    """Put averages in the place of the last weights, where the settings ask for them."""
    if average.sums:
        average.put(network, plan.epochs)
    elif plan.settings.ema:
        outer = network.optimizer
        getattr(outer, "inner_optimizer", outer).use_averages(network)  # inside the one that scales losses for float16
    else:
        return
    follow(network, islice(plan.feed(plan.epochs - 1), FOLLOWED))


def _record(plan: Plan, network: keras.Model, seconds: float) -> TrainingRecord:
    return TrainingRecord(
        model=plan.model.name,
        fold=plan.fold,
        folds=plan.folds,
        seed=plan.seed,
        rows=len(plan.rows),
        seen=plan.seen,
        epochs=plan.epochs,
        parameters=network.count_params(),
        seconds=round(seconds, 1),
        settings=plan.settings.model_dump(),
        teachers=() if plan.lesson is None else plan.lesson.teachers,
    )


def start_network(plan: Plan, trained: keras.Model | None = None) -> keras.Model:
    """Built, with its first weights, and compiled."""
    keras.utils.set_random_seed(plan.network_seed)
    settings, classes = plan.settings, len(plan.shards.classes)
    network = build_network(plan.model, classes, settings, any_size=plan.inputs[0] != plan.inputs[-1])
    if trained is not None:
        start_from(network, trained)
    freeze(network, settings.frozen)
    network.compile(
        optimizer=optimizer(settings, learning_rate_schedule(settings, plan.steps)),
        loss=smoothed_crossentropy(classes, settings.label_smoothing),
        metrics=[accuracy(), map_at_3()],
        jit_compile="auto" if _compiles() else False,
    )
    return network


def _compiles() -> bool:
    """Whether Keras may compile steps: always under jax, where each operation by itself is slow; TensorFlow's take many
    seconds and run no faster on a CPU, so there on a GPU or TPU alone."""
    if keras.backend.backend() == "torch":  # whose compiler Keras leaves alone, and whose devices it does not list
        return False
    if keras.backend.backend() == "jax":
        return True
    return any(name.startswith(("gpu", "tpu")) for name in map(str.lower, keras.distribution.list_devices()))
