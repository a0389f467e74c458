import numpy as np
import pytest

from base_models.plan import inputs_by_epoch, make_plan
from features.inputs import ColorImage, GrayImage, StrokeSequence
from ground.errors import BadSettings
from oof.folds import fold_of
from tests.base_models.lines import FOLDS, LINES, QUICK
from tests.in_memory import InMemory


@pytest.mark.parametrize(
    ("inputs", "small_first", "sizes"),
    [
        (GrayImage(size=64), 0.5, [32, 32, 64, 64]),
        (GrayImage(size=64), 0.0, [64] * 4),
        (ColorImage(size=128), 0.9, [128] * 4),  # rounded to all of them, of which the last must be whole
        (StrokeSequence(length=64), 0.5, [64] * 4),
    ],
)
def test_small_pictures_come_first_and_whole_ones_at_the_end(inputs, small_first, sizes):
    given = inputs_by_epoch(inputs, epochs=4, small_first=small_first)
    assert [one.shape[0] for one in given] == sizes


def test_more_epochs_to_average_than_there_are_are_refused(source):
    with pytest.raises(BadSettings, match=r"received 2 and average_checkpoints=3. .*lines.average_checkpoints to 2"):
        make_plan(LINES, source, 0, FOLDS, QUICK.but(average_checkpoints=3), seed=1)


def test_drawings_none_of_which_was_recognised_are_not_silently_all_dropped(source):
    source.recognized = np.zeros(60, np.int8)
    with pytest.raises(BadSettings, match="Expected recognised drawings outside fold 0 of 3, received none"):
        make_plan(LINES, source, 0, FOLDS, QUICK.but(unrecognized="drop"), seed=1)


def test_nothing_to_train_on_is_said(source):
    lonely = InMemory(source.drawings[fold_of(source.key_id, FOLDS) == 0], source.classes)
    with pytest.raises(BadSettings, match="Expected drawings outside fold 0 of 3, received none"):
        make_plan(LINES, lonely, 0, FOLDS, QUICK, seed=1)
