"""Can every chosen model be trained, from what it starts with and what it reads?"""

import os
import traceback
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from joblib.externals.loky import ProcessPoolExecutor

from base_models.registry import load_models, model_named
from base_models.rehearsal import require_rehearsal
from base_models.settings import TrainSettings
from features.drawings import Drawings
from features.shards import Shards
from features.shuffle_plan import REPORT
from ground.errors import BadSettings, DoodlestackError, MissingResult
from pipelines.checks import Check, unless_refused
from pipelines.feeds import require_feeds
from pipelines.keras_start import start_keras
from pipelines.other_runs import teachers_of, weights_of
from pipelines.preflight.drawings_known import Known
from pipelines.pretrain import require_beginning
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.stopping import begin_worker
from pipelines.train import folds_left, is_trained

if TYPE_CHECKING:
    from base_models.footprint import Footprint

Footprints = dict[str, "Footprint"]  # by model


def folds_to_train(run: RunFolder, settings: RunSettings) -> dict[str, list[int]]:
    """The folds of every model that are not trained and predicted yet."""
    if not (run.shards / REPORT).exists():
        return {name: list(range(settings.folds)) for name in settings.models}
    has_test = len(Shards.open(run.shards).test()) > 0
    return {name: folds_left(run, settings, name, has_test) for name in settings.models}


def model_checks(
    run: RunFolder, settings: RunSettings, known: Known, missing: dict[str, list[int]], apart: bool = False
) -> tuple[list[Check], Footprints]:
    """A forward pass of each model that is still to be trained, what it starts from and what it reads.

    `apart`: in a process of its own, whose end gives the memory of a GPU back.
    """
    checks, footprints = [], {}
    for name in settings.models:
        learning = [fold for fold in missing[name] if not is_trained(run, name, fold)]  # the others have but to answer
        check = unless_refused(f"model {name}", partial(_starts, run, settings, name, learning))
        if check.state == "ok":
            check, footprint = _forward_pass(settings, name, known, learning, apart)
            footprints.update({name: footprint} if footprint else {})
        checks.append(check)
        if settings.train_by_model[name].feed != "shards":
            checks.append(unless_refused(f"feed of {name}", partial(_feed, run, settings, name)))
    return checks, footprints


def try_one(
    files: Sequence[str], name: str, training: TrainSettings, classes: int, drawings: Drawings, earlier: Path | None
) -> "Footprint":
    """A forward pass, from plain arguments, so that any process can do it."""
    start_keras()
    from base_models.trial import try_network

    load_models(files)
    return try_network(model_named(name), training, classes, drawings, earlier)


def _starts(run: RunFolder, settings: RunSettings, name: str, folds: Sequence[int]) -> Check:
    """Raises `BadSettings`, `MissingResult`, `BadOOF` where its file or what it takes from other runs will not do."""
    load_models(settings.model_files)
    model_named(name)
    if not folds:
        return Check(f"model {name}", "note", "all its folds are trained")
    for fold in folds:
        weights_of(settings, name, fold)
        teachers_of(run, settings, name, fold)
    require_beginning(settings, name)
    require_rehearsal(settings.train_by_model[name], settings.pretrain)
    return Check(f"model {name}", "ok", "")


def _forward_pass(
    settings: RunSettings, name: str, known: Known, folds: Sequence[int], apart: bool
) -> "tuple[Check, Footprint | None]":
    training, classes = settings.train_by_model[name], max(len(known.by_class), 2)
    earlier = weights_of(settings, name, folds[0])
    arguments = settings.model_files, name, training, classes, known.sample, earlier
    try:
        footprint = _in_own_process(arguments) if apart else try_one(*arguments)
    except DoodlestackError as error:
        return Check(f"model {name}", "failure", str(error)), None
    except Exception as error:  # whatever a model's own code raises: the others are still to be looked at
        place = traceback.extract_tb(error.__traceback__)[-1]
        found = f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"
        advice = f"Mend the model or its settings (train_by_model.{name}), or leave it out (--models)."
        return Check(f"model {name}", "failure", found, advice), None
    begins = f", from the weights in {training.start_from}" if earlier else ""
    found = f"{len(known.sample)} drawings to {classes} probabilities each{begins}"
    return Check(f"model {name}", "ok", f"{found}; {footprint.parameters / 1e6:.2f} M weights"), footprint


def _in_own_process(arguments: tuple[object, ...]) -> "Footprint":
    with ProcessPoolExecutor(1, initializer=begin_worker, initargs=(os.getpid(),)) as executor:
        footprint: Footprint = executor.submit(try_one, *arguments).result()
    return footprint


def _feed(run: RunFolder, settings: RunSettings, name: str) -> Check:
    training = settings.train_by_model[name]
    if find_spec("tensorflow") is None:
        raise BadSettings(
            f"Expected the package tensorflow for the feed {training.feed}, it is not installed. "
            "Install it, or take --feed shards."
        )
    if training.feed == "generator":
        return Check(f"feed of {name}", "ok", "generator reads the shards")
    if not (run.shards / REPORT).exists():
        return Check(f"feed of {name}", "note", f"{training.feed}: made after the shuffle, by `doodlestack run`")
    try:
        require_feeds(run, settings, [name])
    except (MissingResult, BadSettings) as error:
        return Check(f"feed of {name}", "note", f"{training.feed}: {error}", "`doodlestack run` makes them by itself.")
    return Check(f"feed of {name}", "ok", f"{training.feed}: its files are there")
