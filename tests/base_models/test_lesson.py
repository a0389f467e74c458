import shutil
from dataclasses import asdict, replace
from itertools import count

import numpy as np
import pytest

from base_models.lesson import ANSWERS, LESSON, Lesson, answers_form, require_lesson
from base_models.prediction import predict
from base_models.records import DONE, TrainingRecord
from base_models.registry import MODELS
from base_models.seen import Teacher, require_unseen_by
from base_models.settings import TrainSettings
from base_models.training import train_fold
from ground.errors import BadData, BadSettings, FoldMismatch, MissingResult
from ground.files import write_json
from oof.folds import fold_of
from oof.forms import Dense, TopK
from oof.part import Part
from tests.base_models.lines import LINES
from tests.in_memory import InMemory, level_and_upright

FOLD, FOLDS = 1, 3
CLASSES = ("level", "upright")
QUICK = TrainSettings(epochs=2, batch_size=16, inner_validation=0.1, label_smoothing=0.0)
TAUGHT = QUICK.but(teacher="other", teacher_share=0.5)


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    monkeypatch.setitem(MODELS, "lines", LINES)


@pytest.fixture(scope="module")
def drawings():
    """60 lines, level (class 0) or upright (class 1), over all folds."""
    return level_and_upright().drawings


@pytest.fixture(scope="module")
def teacher(drawings, tmp_path_factory):
    """The folder of a network trained without the fold."""
    folder = tmp_path_factory.mktemp("teacher")
    trained(InMemory(drawings, CLASSES), folder, seed=2)
    return folder


def trained(source, out, settings=QUICK, fold=FOLD, **given):
    return train_fold(LINES, source, fold, FOLDS, settings, out, **{"seed": 1, **given})


def hits(network, source):
    """The share of held-out drawings that are named rightly."""
    rows = np.flatnonzero(fold_of(source.key_id, FOLDS) == FOLD)
    return (predict(network, LINES.inputs, source, rows, QUICK).argmax(axis=1) == source.label[rows]).mean()


def same(one, other):
    return all(np.array_equal(*pair) for pair in zip(one.get_weights(), other.get_weights(), strict=True))


def test_a_student_learns_what_its_teacher_says_and_leaves_no_lesson_behind(drawings, tmp_path):
    wrong = InMemory(replace(drawings, label=1 - drawings.label), CLASSES)
    trained(wrong, tmp_path / "teacher", QUICK.but(epochs=10))
    source, settings = InMemory(drawings, CLASSES), TAUGHT.but(epochs=10)
    believing, doubting = (
        trained(source, tmp_path / str(share), settings.but(teacher_share=share), teachers=[tmp_path / "teacher"])
        for share in (1.0, 0.1)
    )
    assert hits(believing, source) < 0.1
    assert hits(doubting, source) > 0.9
    assert not (tmp_path / "1.0" / LESSON).exists()


def test_no_label_of_the_held_out_fold_reaches_teacher_or_student(drawings, tmp_path):
    held_out = fold_of(drawings.key_id, FOLDS) == FOLD
    other = replace(drawings, label=np.where(held_out, 1 - drawings.label, drawings.label))
    students = []
    for name, given in (("these", drawings), ("others", other)):
        trained(InMemory(given, CLASSES), tmp_path / name / "teacher", seed=2)
        teachers = [tmp_path / name / "teacher"]
        students.append(trained(InMemory(given, CLASSES), tmp_path / name, TAUGHT, teachers=teachers))
    assert same(*students)


def test_several_teachers_and_those_who_taught_them_are_recorded(drawings, teacher, tmp_path):
    source, second, third = InMemory(drawings, CLASSES), tmp_path / "second", tmp_path / "third"
    trained(source, second, TAUGHT, teachers=[teacher])
    trained(source, third, TAUGHT, teachers=[second, teacher], seed=3)
    recorded = TrainingRecord.read(third / DONE).teachers
    assert [one.folder for one in recorded] == [str(second), str(teacher)]
    for one in recorded:
        require_unseen_by(one, source.key_id, FOLD, FOLDS)


def test_a_teacher_without_the_fold_around_teaches_one_of_more_folds_and_no_other(drawings, teacher):
    done = TrainingRecord.read(teacher / DONE)
    of_three = Teacher("it", "lines", FOLD, FOLDS, "0f" * 32, done.seen)
    for fold in (1, 4):
        require_unseen_by(of_three, drawings.key_id, fold, 2 * FOLDS)
    for fold, folds in [(3, 2 * FOLDS), (1, 5), (1, 1)]:
        with pytest.raises(FoldMismatch, match=rf"without fold {fold} of {folds}, received lines without fold 1 of 3"):
            require_unseen_by(of_three, drawings.key_id, fold, folds)
    with pytest.raises(FoldMismatch, match="outside fold 1 of 3, received lines"):
        require_unseen_by(of_three, drawings.key_id[:50], 4, 2 * FOLDS)


def test_a_teacher_of_another_fold_or_of_other_drawings_or_taught_by_such_is_refused(drawings, teacher, tmp_path):
    source, out = InMemory(drawings, CLASSES), tmp_path / "student"
    trained(source, tmp_path / "fold 0", fold=0)
    with pytest.raises(FoldMismatch, match=r"teacher without fold 1 of 3, received lines without fold 0 of 3"):
        trained(source, out, TAUGHT, teachers=[tmp_path / "fold 0"])
    trained(InMemory(drawings[:50], CLASSES), tmp_path / "fewer")
    with pytest.raises(FoldMismatch, match=r"which has seen 34 drawings that are not those.*the same holdout"):
        trained(source, out, TAUGHT, teachers=[tmp_path / "fewer"])
    leaky = TrainingRecord.read(tmp_path / "fold 0" / DONE)
    its_own = Teacher("its own", "lines", 0, FOLDS, "0f" * 32, leaky.seen)
    shutil.copytree(teacher, tmp_path / "between")
    done = TrainingRecord.read(teacher / DONE)
    write_json(tmp_path / "between" / DONE, asdict(replace(done, teachers=(its_own,))))
    with pytest.raises(FoldMismatch, match=r"received lines without fold 0 of 3 \(its own\)"):
        trained(source, out, TAUGHT, teachers=[tmp_path / "between"])
    assert not out.exists()


def test_a_teacher_of_no_folds_is_a_damaged_record(teacher, tmp_path):
    done = TrainingRecord.read(teacher / DONE)
    of_none = Teacher("it", "lines", 0, 0, "0f" * 32, done.seen)
    write_json(tmp_path / DONE, asdict(replace(done, teachers=(of_none,))))
    with pytest.raises(BadData, match=r"teachers\.0\.folds: .*greater than or equal to 1"):
        TrainingRecord.read(tmp_path / DONE)


def test_a_stopped_student_goes_on_exactly_and_one_stopped_while_it_asks_begins_anew(drawings, teacher, tmp_path):
    source, teachers, settings = InMemory(drawings, CLASSES), [teacher], TAUGHT.but(mixup=0.2)
    whole = trained(source, tmp_path / "whole", settings, teachers=teachers)
    out = tmp_path / "parted"
    with pytest.raises(KeyboardInterrupt):
        trained(source, out, settings, teachers=teachers, stop=lambda: True)
    assert not (out / LESSON).exists()
    looks = count(1)
    with pytest.raises(KeyboardInterrupt):
        trained(source, out, settings, teachers=teachers, stop=lambda: next(looks) == 6)
    assert (out / LESSON).exists()
    assert same(trained(source, out, settings, teachers=teachers), whole)


def test_damaged_answers_are_refused(drawings, teacher, tmp_path):
    source, out, looks = InMemory(drawings, CLASSES), tmp_path / "student", count(1)
    with pytest.raises(KeyboardInterrupt):
        trained(source, out, TAUGHT, teachers=[teacher], stop=lambda: next(looks) == 4)
    file = next((out / LESSON).glob("answers.prob*"))
    file.write_bytes(file.read_bytes()[:-2] + b"!!")
    with pytest.raises(ValueError, match="is damaged"):
        trained(source, out, TAUGHT, teachers=[teacher])


def test_targets_are_partly_labels_and_of_test_drawings_all_of_the_answer(drawings, tmp_path):
    answers = np.random.default_rng(0).dirichlet([1, 1], 60).astype(np.float32)
    part = Part(tmp_path, ANSWERS, answers_form(2))
    part.write(np.arange(60), answers)
    lesson = Lesson(InMemory(replace(drawings, key_id=np.arange(60)), CLASSES), 40, 20, 0.25, part, ())
    rows = np.array([3, 59, 20, 3])
    soft = lesson.soft(rows)
    np.testing.assert_array_equal(soft[:, 0], [1, 1, 0, 1])
    expected = 0.75 * np.eye(2)[[1, 1, 0, 1]] + 0.25 * answers[rows]
    expected[1] = answers[59]
    np.testing.assert_allclose(soft[:, 1:], expected, atol=1e-3)
    with pytest.raises(BadData, match="Expected an answer for each drawing"):
        replace(lesson, shards=InMemory(drawings, CLASSES)).soft(rows)


def test_answers_are_kept_in_the_smaller_form():
    assert answers_form(20) == Dense(20)
    assert answers_form(340) == TopK(340, 10)
    assert answers_form(2) == Dense(2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pseudo_labels": 0.9}, "Expected a teacher for pseudo_labels"),
        ({"teacher_models": ("a",)}, "Expected a teacher for pseudo_labels and teacher_models"),
        ({"teacher": "a", "teacher_share": 0}, "Expected a teacher_share above 0"),
        ({"teacher": "a", "pseudo_labels": 0.9, "feed": "textline"}, "received textline, whose files hold no test"),
    ],
)
def test_what_teaches_nothing_is_refused(settings, message):
    with pytest.raises(BadSettings, match=message):
        require_lesson(TrainSettings(**settings))


def test_no_teacher_and_one_that_is_not_there_are_refused(drawings, tmp_path):
    with pytest.raises(BadSettings, match="Expected a trained network or more to learn from"):
        trained(InMemory(drawings, CLASSES), tmp_path, TAUGHT)
    with pytest.raises(MissingResult, match=r"done\.json, received no such file"):
        trained(InMemory(drawings, CLASSES), tmp_path, TAUGHT, teachers=[tmp_path / "none"])
