"""Lessons that were kept in bins teach the same trees, once for all objectives, and leave no file behind."""

import gc
import tempfile
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from stacking import rankers
from stacking.binned_lessons import BINNING, BinnedLessons
from stacking.boosting import boost
from stacking.candidates import CLASS
from stacking.lessons import Lessons
from stacking.rankers import CandidateStacker
from stacking.shared_fits import fits_shared
from stacking.spilled_rows import SpilledRows
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import columns_of

DRAWINGS, EACH, COLUMNS = 400, 5, 4
ROWS = DRAWINGS * EACH
RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(size=(ROWS, COLUMNS)).astype(np.float32)
FEATURES[::7, 1], FEATURES[:, 2] = np.nan, np.arange(ROWS) % 40  # unknown values, and classes
NAMES = ["first", "second", CLASS, "last"]
TRUTH = np.arange(ROWS) % EACH == np.repeat(RANDOM.integers(EACH, size=DRAWINGS), EACH)
OPINION = RANDOM.random(ROWS).astype(np.float32)
COUNTS = np.full(DRAWINGS, EACH)


def made() -> BinnedLessons:
    with SpilledRows(COLUMNS, at_most=ROWS) as rows:
        rows.append(FEATURES)
        return BinnedLessons(Lessons(NAMES, rows, TRUTH, COUNTS, OPINION), seed=3, threads=1)


@pytest.mark.parametrize("objective", ["lambdarank", "rank_xendcg", "binary"])
def test_trees_are_those_of_the_rows_themselves(objective: str) -> None:
    settings = {**BINNING, "objective": objective}
    groups = None if objective == "binary" else COUNTS
    named = {"feature_name": NAMES, "categorical_feature": [CLASS]}
    whole = lightgbm.Dataset(FEATURES, TRUTH.astype(np.float32), group=groups, init_score=OPINION, **named)
    expected = boost(whole, 5, seed=3, threads=1, settings=settings).dump_model()["tree_info"]
    kept = made()
    for _ in range(2):
        assert boost(kept.rows(OPINION), 5, 3, 1, settings).dump_model()["tree_info"] == expected


def test_it_leaves_no_file_for_a_killed_process_to_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = made()
    assert list(tmp_path.iterdir()) == []
    assert kept.rows(OPINION).num_data() == ROWS
    assert list(tmp_path.iterdir()) == []


def test_its_disk_is_free_again_when_nothing_shares_it() -> None:
    kept = made()
    file = kept._file
    assert not file.closed
    del kept
    gc.collect()
    assert file.closed


def test_rankers_of_the_same_rows_make_their_lessons_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []

    def counted(*given):
        taken.append(given)
        return lessons(*given)

    lessons = rankers.lessons
    monkeypatch.setattr(rankers, "lessons", counted)
    drawings = generated_oof(300, 12, seed=2)
    X, y = columns_of(drawings), drawings.label  # noqa: N806
    with fits_shared():
        for objective in ("lambdarank", "xendcg", "binary"):
            CandidateStacker(objective, 3, 12, inner_folds=2, rounds=2, threads=1).fit(X, y)
        assert len(taken) == 1
        CandidateStacker("lambdarank", 3, 12, inner_folds=2, rounds=2, threads=1, candidates=4).fit(X, y)
        CandidateStacker("lambdarank", 3, 12, inner_folds=2, rounds=2, threads=1).fit(X[:200], y[:200])
        CandidateStacker("binary", 3, 12, inner_folds=2, rounds=2, threads=1, features=("models",)).fit(X, y)
    assert len(taken) == 4
