import numpy as np
import pytest

from base_models.seen import Seen, digest, require_unseen
from ground.errors import FoldMismatch
from oof.folds import fold_of

KEY_ID = 10**15 + np.arange(60) * 10**7 + 3
FOLD, FOLDS = 1, 3
OUTSIDE = np.flatnonzero(fold_of(KEY_ID, FOLDS) != FOLD)
HELD_OUT = np.flatnonzero(fold_of(KEY_ID, FOLDS) == FOLD)


def seen(rows, watched=4, dropped=0):
    return Seen.of(KEY_ID, rows[watched + dropped :], rows[:watched], rows[watched : watched + dropped])


def test_a_training_on_all_drawings_outside_the_fold_is_proved_whichever_were_watched_or_dropped_in_whatever_order():
    require_unseen(seen(OUTSIDE), KEY_ID, FOLD, FOLDS)
    require_unseen(seen(OUTSIDE[::-1], watched=9), KEY_ID, FOLD, FOLDS)
    require_unseen(seen(OUTSIDE, dropped=7), KEY_ID, FOLD, FOLDS)
    require_unseen(seen(OUTSIDE), np.random.default_rng(0).permutation(KEY_ID), FOLD, FOLDS)


@pytest.mark.parametrize(
    "rows",
    [
        np.append(OUTSIDE, HELD_OUT[0]),  # trained on one that was held out
        np.append(HELD_OUT[0], OUTSIDE),  # watched one
        np.append(OUTSIDE[:-1], HELD_OUT[0]),  # as many, one of them another
        OUTSIDE[:-1],  # of other drawings: one fewer
        np.append(OUTSIDE, OUTSIDE[0]),  # one twice
    ],
)
def test_whatever_else_was_seen_is_refused(rows):
    with pytest.raises(FoldMismatch, match=rf"without fold 1 .* the 40 drawings .* received one of {len(rows)}"):
        require_unseen(seen(rows), KEY_ID, FOLD, FOLDS)


def test_another_number_of_folds_is_refused():
    with pytest.raises(FoldMismatch):
        require_unseen(seen(OUTSIDE), KEY_ID, FOLD, 2)


def test_a_digest_is_of_the_numbers_not_of_their_layout():
    assert digest(KEY_ID) == digest(KEY_ID[::-1]) == digest(np.repeat(KEY_ID, 2)[::2])
    assert digest(KEY_ID[:0]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of no bytes
