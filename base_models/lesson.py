"""What teachers say of the drawings that a training learns: self-distillation and pseudo-labels.

A teacher of (model, fold k) is a network that was itself trained without fold k, the same model's (born-again networks,
Furlanello et al. 2018) or, by their mean, several models'. So no label of fold k reaches what fold k is then scored on.
Out-of-fold probabilities would not do: those of the other folds come from networks that have seen fold k, and so does
a stack that is fitted on them.

Teachers look at drawings as they are, the student at augmented ones; of test drawings the whole answer is learned, not
its likeliest class alone (noisy student, Xie et al. 2020).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from base_models.pseudo_labels import PSEUDO_LABELS, named, sure_rows, write_pseudo_labels
from base_models.seen import Teacher
from base_models.settings import TrainSettings
from features.drawings import Drawings
from features.feeds import BY_ROW
from features.shards import Shards
from features.soft_labels import Floats, soft_labels
from ground.errors import BadData, BadSettings
from ground.files import read_json_as, whole_folder, write_json
from oof.folds import fold_of
from oof.forms import Form, form_of
from oof.part import Part
from oof.rows import row_blocks

if TYPE_CHECKING:
    from base_models.teachers import Teachers

LESSON = "lesson"  # a folder, there while a training is under way
TEACHERS, ANSWERS = "teachers.json", "answers"
KEPT = 10  # classes of an answer; 50M drawings × (4 × 10 + 2 + a key_id of 8) bytes = 2.5 GB
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lesson:
    """The targets of one training; see `features.soft_labels.Targets`."""

    shards: Shards  # the training drawings and, numbered on after them, the test drawings that are learned too
    own: int  # how many are training drawings
    of_test: int  # and how many are test drawings; what comes after these is learned by its label
    share: float  # of the teachers' answer in the target of one of these
    answers: Part  # by key_id
    teachers: tuple[Teacher, ...]  # and theirs

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.shards.classes)

    @property
    def test_rows(self) -> Rows:
        """Those of the test drawings."""
        return np.arange(self.own, self.own + self.of_test)

    def soft(self, rows: Rows) -> Floats:
        """(B, 1 + C): labels, and targets of which the answers are a share; of test drawings they are all.

        Raises `BadData` where there is no answer for a row that should have one.
        """
        soft = soft_labels(self.shards.label[rows].astype(np.int32), self.classes)
        share = np.select([rows < self.own, rows < self.own + self.of_test], [self.share, 1.0], 0.0).astype(np.float32)
        taught = np.flatnonzero(share)
        found, answers = self.answers.find(self.shards.key_id[rows[taught]])
        if len(found) < len(taught):
            raise BadData(f"Expected an answer for each drawing in {self.answers.folder}. {self.answers.mend}")
        part = share[taught, None]
        soft[taught, 1:] = (1 - part) * soft[taught, 1:] + part * self.answers.form.dense(answers)
        return soft

    def __str__(self) -> str:
        return f"taught by {', '.join(teacher.network[:12] for teacher in self.teachers)}"


def lesson_of(
    teachers: Sequence[Path],
    shards: Shards,
    fold: int | None,
    folds: int,
    settings: TrainSettings,
    out: Path,
    stop: Callable[[], bool],
) -> Lesson | None:
    """The lesson in `out`, asked from the trained (model, fold) in the folders `teachers` unless it is there.

    None where the settings name no teacher. Raises what `Teachers.called` raises, `BadSettings` where nothing is to be
    learned, `KeyboardInterrupt` soon after `stop` says so; then nothing is left of it.
    """
    if fold is None or not settings.teacher:
        return None
    require_lesson(settings)
    if not (out / LESSON).exists():
        from base_models.teachers import Teachers  # with Keras, which who only looks at settings does without

        asked = Teachers.called(teachers, shards, fold, folds)
        outside = np.flatnonzero(fold_of(shards.key_id, folds) != fold)
        _write(asked, shards, outside if settings.teacher_share else outside[:0], settings, out, stop)
    return _read(shards, settings, out)


def require_lesson(settings: TrainSettings) -> None:
    """Raise `BadSettings` where a teacher has nothing to teach, there is none, or the feed can't read test drawings."""
    asked = settings.pseudo_labels != "off"
    if not settings.teacher and (asked or settings.teacher_models):
        raise BadSettings(
            "Expected a teacher for pseudo_labels and teacher_models, received none. Set teacher to a run."
        )
    if settings.teacher and not asked and not settings.teacher_share:
        raise BadSettings(
            "Expected a teacher_share above 0 or pseudo_labels of a teacher, received 0 and off. Set one of them."
        )
    if asked and settings.feed not in BY_ROW:
        raise BadSettings(
            f"Expected the feed shards or generator for pseudo_labels, received {settings.feed}, whose files hold no "
            "test drawing. Take --feed shards, or set pseudo_labels=off."
        )


def answers_form(classes: int) -> Form:
    """How a lesson's answers are kept: all classes, or the likeliest where these take less room."""
    return min(form_of(classes, None), form_of(classes, min(KEPT, classes)), key=_bytes)


def _bytes(form: Form) -> int:
    return sum(column.size for column in form.columns.values())


def _write(
    teachers: "Teachers", shards: Shards, own: Rows, settings: TrainSettings, out: Path, stop: Callable[[], bool]
) -> None:
    """Ask for `own` rows and, where the settings say so, for the test set."""

    def answers(source: Shards | Drawings, rows: Rows) -> Floats:
        if stop():
            raise KeyboardInterrupt
        return teachers.answers(source, rows)

    test, of_test = _sure_test(shards, settings, out, answers)
    if not len(own) + len(test):
        raise BadSettings(
            f"Expected test drawings whose class the teacher gives {settings.pseudo_labels} or more, received none. "
            "Set a lower pseudo_labels."
        )

    def block(places: Rows) -> Floats:
        made = np.empty((len(places), len(shards.classes)), np.float32)
        is_own = places < len(own)
        if is_own.any():
            made[is_own] = answers(shards, own[places[is_own]])
        made[~is_own] = of_test[places[~is_own] - len(own)]
        return made

    with whole_folder(out / LESSON) as folder:
        key_id = np.concatenate([shards.key_id[own], test.key_id])
        Part(folder, ANSWERS, answers_form(len(shards.classes))).write_blocks(key_id, block)
        write_json(folder / TEACHERS, [asdict(teacher) for teacher in teachers.named])
    teachers.leave()


def _sure_test(
    shards: Shards, settings: TrainSettings, out: Path, answers: Callable[[Drawings, Rows], Floats]
) -> tuple[Drawings, Floats]:
    """The test drawings that are learned too, and the answers (n, C); `pseudo_labels.csv` says which."""
    if isinstance(settings.pseudo_labels, str):
        return Drawings.empty(), np.zeros((0, len(shards.classes)), np.float32)
    test = shards.test()
    rows = np.arange(len(test))
    if not len(test):
        raise BadSettings("Expected test drawings for pseudo_labels, the data have none. Set pseudo_labels=off.")
    of_all = np.concatenate([answers(test, rows[block]) for block in row_blocks(len(test))])
    taken = np.concatenate([shards.key_id, shards.holdout().key_id])
    sure = sure_rows(of_all, settings.pseudo_labels, test.key_id, taken)
    write_pseudo_labels(out / PSEUDO_LABELS, test.key_id[sure], of_all[sure], shards.classes)
    return test[sure], of_all[sure]


def _read(shards: Shards, settings: TrainSettings, out: Path) -> Lesson:
    answers = Part(out / LESSON, ANSWERS, answers_form(len(shards.classes)))
    for problem in answers.problems():
        raise problem
    teachers = read_json_as(out / LESSON / TEACHERS, tuple[Teacher, ...], f"Delete {out / LESSON}.")
    own = len(shards.key_id)
    if settings.pseudo_labels != "off":
        shards = shards.joined(named(shards.test(), out / PSEUDO_LABELS, shards.classes))
    return Lesson(shards, own, len(shards.key_id) - own, settings.teacher_share, answers, teachers)
