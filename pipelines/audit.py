"""The leak audit: that nothing which was predicted had been seen, shown from what is on the disk."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from base_models.records import DONE, TrainingRecord
from base_models.rehearsal import others_to_learn
from base_models.seen import digest, require_unseen
from features.shards import Shards
from ground.errors import BadData, DoodlestackError, FoldMismatch, IncompleteOOF, MissingResult
from oof.audit import store_problems
from oof.store import OOFStore
from pipelines.checks import Check, State
from pipelines.copies import copies_checks
from pipelines.lessons_audit import lesson_checks
from pipelines.pretrain import drawings_to_learn, is_done, is_pretrained_first
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores
from pipelines.settings import RunSettings
from pipelines.stack import stacked_models

PROVED = "no held-out key_id was seen, by SHA-256 of all that were"
MISSING = "not trained yet"
TRAININGS: dict[str, tuple[State, str]] = {  # what may be known of one, how it is taken, and what to do
    PROVED: ("ok", ""),
    MISSING: ("note", ""),
}


def audit(run: RunFolder, settings: RunSettings, file: Path | None = None) -> list[Check]:
    """Everything that the audit looks at; sets of equal drawings also go to the CSV `file`.

    - Pretraining: what was learned first is none of the run's drawings.
    - Training: the drawings that each (model, fold) saw are, by their SHA-256, those outside the fold.
    - Rehearsal: so are the drawings from elsewhere that folds learned beside their own.
    - Teachers: so are those that each network saw which one learned from; what it learned beside them is test drawings.
    - Probabilities: each row was predicted by the fold that held it out, once, and is a row of probabilities.
    - Stack: it was fitted on exactly those.
    - Copies: equal drawings under different key_ids, which no rule of folds keeps apart, are counted.

    Raises `MissingResult` before the shuffle.
    """
    shards = Shards.open(run.shards)
    models = stacked_models(run, settings)
    return [
        *(_pretraining_check(run, name) for name in models if is_pretrained_first(settings, name)),
        *(check for name in models for check in _training_checks(run, settings, shards, name)),
        *(check for name in settings.models for check in _rehearsal_checks(run, settings, name)),
        *(check for name in settings.models for check in lesson_checks(run, shards, name, settings.folds)),
        *(check for name in models for check in _probability_checks(run, settings, shards, name)),
        *_stack_checks(run, settings, shards),
        *copies_checks(shards, settings.folds, file),
    ]


def _pretraining_check(run: RunFolder, model: str) -> Check:
    name = f"pretraining of {model}"
    if not is_done(run, model):
        return Check(name, "note", MISSING)
    seen, left = TrainingRecord.read(run.pretrained(model) / DONE).seen, drawings_to_learn(run)
    if seen.key_ids != digest(left.key_id):
        found = f"it saw others than the {len(left):,} drawings that are not among the run's own"
        return Check(name, "failure", found, f"Delete {run.root / 'models' / model}, and train it again.")
    return Check(name, "ok", f"{len(left):,} drawings, none among the run's own, by SHA-256 of all that were seen")


def _rehearsal_checks(run: RunFolder, settings: RunSettings, model: str) -> Iterator[Check]:
    """One line where a fold has learned drawings from elsewhere."""
    name, done = f"rehearsal of {model}", _records(run, settings, model)
    if not any(record.seen.others for record in done):
        return
    left = drawings_to_learn(run)
    others = others_to_learn(left, Shards.open(run.shards).classes, settings.train_by_model[model])
    wrong = [record.fold for record in done if record.seen.other_key_ids not in ("", digest(others.key_id))]
    if wrong:
        found = f"fold {wrong[0]} learned others than the {len(others):,} that are not among the run's own"
        yield Check(name, "failure", found, f"Delete {run.fold(model, wrong[0] or 0)}, and train it again.")
    else:
        yield Check(name, "ok", f"{len(others):,} drawings, none among the run's own, by SHA-256 of all that were seen")


def _records(run: RunFolder, settings: RunSettings, model: str) -> list[TrainingRecord]:
    """Of the folds that are trained; a damaged one is told where its training is looked at."""
    found = []
    for fold in range(settings.folds):
        with suppress(MissingResult, BadData):
            found.append(TrainingRecord.read(run.fold(model, fold) / DONE))
    return found


def _training_checks(run: RunFolder, settings: RunSettings, shards: Shards, model: str) -> Iterator[Check]:
    name = f"training of {model}"
    if model not in settings.models:
        found, advice = "imported: nothing here tells what its training saw", "Ask whoever trained it for its folds."
        yield Check(name, "warning", found, advice)
        return
    folds: dict[str, list[int]] = {found: [] for found in TRAININGS}
    for fold in range(settings.folds):
        try:
            folds[_training(run, shards, model, fold, settings.folds)].append(fold)
        except (FoldMismatch, BadData) as error:
            yield Check(name, "failure", str(error))
    for found, (state, advice) in TRAININGS.items():
        if of := folds[found]:
            yield Check(name, state, f"fold{'' if len(of) == 1 else 's'} {', '.join(map(str, of))}: {found}", advice)


def _training(run: RunFolder, shards: Shards, model: str, fold: int, folds: int) -> str:
    """What is known of one training; raises `FoldMismatch` where it saw what it must not, `BadData` where damaged."""
    path = run.fold(model, fold) / DONE
    if not path.exists():
        return MISSING
    done = TrainingRecord.read(path)
    if (done.model, done.fold, done.folds) != (model, fold, folds):
        raise FoldMismatch(
            f"Expected in {path} a training of {model} without fold {fold} of {folds}, received one of {done.model} "
            f"without fold {done.fold} of {done.folds}. Delete {path.parent} and train it."
        )
    require_unseen(done.seen, shards.key_id, fold, folds)
    return PROVED


def _probability_checks(run: RunFolder, settings: RunSettings, shards: Shards, model: str) -> Iterator[Check]:
    name, sound = f"probabilities of {model}", True
    held = shards.key_id, shards.classes, settings.folds, shards.test().key_id
    for problem in store_problems(run.oof(model), *held):
        unfinished = isinstance(problem, IncompleteOOF | MissingResult) and not run.stack.exists()
        yield Check(name, "note" if unfinished else "failure", str(problem))
        sound = False
    if sound:
        yield Check(name, "ok", f"{len(shards):,} rows, each once, by the fold that held it out; none is NaN")


def _stack_checks(run: RunFolder, settings: RunSettings, shards: Shards) -> Iterator[Check]:
    if not run.stack.exists():
        yield Check("stack", "note", "not made yet")
        return
    try:
        inputs = Scores.read(run).inputs
        changed = [name for name, held in inputs.items() if OOFStore(run.oof(name)).fingerprint() != held]
    except DoodlestackError as error:
        yield Check("stack", "failure", str(error))
        return
    if changed:
        yield Check(
            "stack",
            "failure",
            f"its inputs are no longer what it was fitted on: {', '.join(changed)}",
            f"Run `doodlestack stack --run {run.root} --force`.",
        )
    else:
        yield Check("stack", "ok", f"fitted on the out-of-fold probabilities above, unchanged: {', '.join(inputs)}")
    held = shards.key_id, shards.classes, settings.folds, shards.test().key_id
    for problem in store_problems(run.stack / "oof", *held):
        yield Check("stack", "failure", str(problem))
