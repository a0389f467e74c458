import numpy as np
import pytest

from ground.errors import BadSettings, ClassMismatch
from oof.folds import fold_of
from stacking.blends import MeanBlend
from stacking.cross_validation import cross_predicted
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, columns_of, small_stacks

DRAWINGS = generated_oof(1200, CLASSES, seed=5)
X, Y, FOLDS = columns_of(DRAWINGS), DRAWINGS.label, fold_of(DRAWINGS.key_id, 3)


def test_a_fold_is_answered_without_its_labels() -> None:
    changed = np.where(FOLDS == 1, (Y + 1) % CLASSES, Y)
    linear = small_stacks()["linear"]
    own, other = cross_predicted(linear, X, Y, FOLDS), cross_predicted(linear, X, changed, FOLDS)
    np.testing.assert_array_equal(own[FOLDS == 1], other[FOLDS == 1])
    assert (own[FOLDS != 1] != other[FOLDS != 1]).any()


def test_fewer_than_two_folds_are_refused() -> None:
    with pytest.raises(BadSettings, match="2 folds or more"):
        cross_predicted(MeanBlend(3, CLASSES), X, Y, np.zeros(len(Y), np.int64))


def test_classes_must_be_given_where_a_fold_lacks_one() -> None:
    kept = (FOLDS != 0) | (Y == CLASSES - 1)
    kept &= (FOLDS == 0) | (Y != CLASSES - 1)  # the last class occurs in fold 0 alone
    with pytest.raises(ClassMismatch, match="Give n_classes"):
        cross_predicted(MeanBlend(3), X[kept], Y[kept], FOLDS[kept])
