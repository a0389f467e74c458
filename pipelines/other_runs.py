"""What a training takes from another run: weights to start from, networks to learn from; none has seen its fold."""

from pathlib import Path

from base_models.lesson import answers_form, require_lesson
from base_models.records import DONE, TrainingRecord
from features.classes import read_classes
from features.shards import CLASSES, Shards
from ground.errors import BadSettings, ClassMismatch, FoldMismatch, MissingResult
from oof.folds import fold_around
from oof.size import disk_for
from pipelines.holdout import require_same_holdout
from pipelines.room import require_room
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings


def weights_of(settings: RunSettings, model: str, fold: int) -> Path | None:
    """The trained model that `start_from` names for one (model, fold); None where it names no run.

    Raises what `_trained` raises.
    """
    start = settings.train_by_model[model].start_from
    return _trained(Path(start), "start_from", settings, model, model, fold) / "model.keras" if start else None


def teachers_of(run: RunFolder, settings: RunSettings, model: str, fold: int) -> list[Path]:
    """The folders of the trained (model, fold) that one learns from; none where `teacher` names no run.

    Raises `BadSettings` for settings that teach nothing, `ClassMismatch` where the other run has other classes, and
    what `_trained` raises. Whether it is of the same drawings is seen when they are called.
    """
    training = settings.train_by_model[model]
    require_lesson(training)
    if not training.teacher:
        return []
    root = Path(training.teacher)
    if root.resolve() == run.root.resolve():
        raise BadSettings(f"Expected another run as teacher of {model}, received this one, {root}. Name another.")
    names = training.teacher_models or (model,)
    folders = [_trained(root, "teacher", settings, model, name, fold) for name in names]
    ours, theirs = run.shards / CLASSES, RunFolder(root).shards / CLASSES
    if ours.exists() and read_classes(ours) != read_classes(theirs):
        raise ClassMismatch(
            f"Expected the classes of {ours} in {theirs}, whose run is the teacher of {model}, received others. "
            "Name a run of the same drawings."
        )
    return folders


def require_lesson_room(run: RunFolder, settings: RunSettings, missing: list[tuple[str, int]], at_once: int) -> None:
    """Raise `NotEnoughRoom` where the answers of teachers will not fit; each fold's go when it is trained."""
    taught = [name for name, _ in missing if settings.train_by_model[name].teacher][:at_once]
    if taught:
        shards = Shards.open(run.shards)
        needed = disk_for(answers_form(len(shards.classes)), [len(shards) + len(shards.test())] * len(taught))
        what = f"the answers of teachers, {len(taught)} folds at a time,"
        require_room(run.root, needed, what, "Take fewer --workers, or choose an --out on a larger disk.")


def _trained(root: Path, setting: str, settings: RunSettings, model: str, theirs: str, fold: int) -> Path:
    """The folder of the trained (`theirs`, `fold`) in the run at `root`, which `setting` of `model` names.

    It has seen no drawing of `fold`: it is that of the same fold, or of the fold around it where the other run has
    fewer. Raises `MissingResult` when it is not there, `FoldMismatch` when no fold of the other run holds all of
    `fold`, or it set other drawings aside.
    """
    to_what = f"to {'start' if setting == 'start_from' else 'learn'} from"
    folds = _folds_of(RunFolder(root), theirs) or settings.folds
    place = fold_around(fold, settings.folds, folds)
    if place is None:
        raise FoldMismatch(
            f"Expected {settings.folds} folds in {root} {to_what}, as here, or a divisor of it, received {folds}: each "
            f"of its networks has seen drawings of fold {fold} here. Set folds={folds} or a multiple of it, or name "
            f"another run as {setting}."
        )
    folder = RunFolder(root).fold(theirs, place)
    if not (folder / DONE).exists():
        raise MissingResult(
            f"Expected {theirs} without fold {place} in {root} {to_what} ({setting}), received none. "
            f'Train it there first, or set train_by_model.{model}.{setting}="".'
        )
    if not (folder / "model.keras").exists():
        raise MissingResult(f"Expected {folder / 'model.keras'} {to_what} ({setting}), it is not there. Train it anew.")
    require_same_holdout(RunFolder(root), settings)
    return folder


def _folds_of(run: RunFolder, model: str) -> int | None:
    """How many folds a model that is trained there has; None where it is not."""
    done = sorted(run.fold(model, 0).parent.glob(f"fold_*/{DONE}"))
    return TrainingRecord.read(done[0]).folds if done else None
