"""What trees learn from: the same however it is cut into blocks, and of shuffled labels nothing."""

from contextlib import AbstractContextManager

import numpy as np
import pytest
from numpy.typing import NDArray

from ground.errors import BadOOF
from stacking.evidence import Evidence, cross_fitted
from stacking.lessons import Lessons, lessons
from stacking.linear import LinearStacker
from tests.stacking.generated import generated_oof

CLASSES, MODELS, ROWS = 12, 2, 600
DRAWINGS = generated_oof(ROWS, CLASSES, MODELS, statistics=3, seed=3)
PROBABILITIES = np.stack(DRAWINGS.probabilities, axis=1)
ALL = np.ones(ROWS, np.bool_)


def linear() -> LinearStacker:
    return LinearStacker(MODELS, CLASSES, penalty=2.0, iterations=15)


def taken(labels: NDArray[np.int64], rows: NDArray[np.bool_] = ALL) -> AbstractContextManager[Lessons]:
    parts = cross_fitted(linear(), PROBABILITIES, DRAWINGS.statistics, labels, folds=3, seed=0)
    return lessons(parts, PROBABILITIES, DRAWINGS.statistics, labels, rows, candidates=6, most=8, hidden=[])


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with taken(DRAWINGS.label) as whole:
        monkeypatch.setattr("stacking.columns.BLOCK", 7)
        with taken(DRAWINGS.label) as by_block:
            np.testing.assert_array_equal(by_block.truth, whole.truth)
            np.testing.assert_array_equal(by_block.counts, whole.counts)
            np.testing.assert_allclose(by_block.opinion, whole.opinion, atol=1e-6)
            end = len(whole.features)
            np.testing.assert_allclose(by_block.features[0:end], whole.features[0:end], atol=1e-4)


def test_only_drawings_whose_class_is_a_candidate_teach_and_only_those_asked_for() -> None:
    counts = {}
    for name, rows in {"some": np.arange(ROWS) % 2 == 0, "all": ALL}.items():
        with taken(DRAWINGS.label, rows) as lesson:
            assert lesson.truth.sum() == len(lesson.counts)
            assert lesson.counts.sum() == len(lesson.truth) == len(lesson.features)
            counts[name] = len(lesson.counts)
    assert 0 < counts["some"] <= 300 < counts["all"] <= ROWS


def test_labels_that_no_candidate_has_are_refused() -> None:
    evidence = Evidence.of(linear(), PROBABILITIES, DRAWINGS.statistics, DRAWINGS.label)
    unlikely = evidence.with_opinion(PROBABILITIES, DRAWINGS.statistics)[:, -1].argmin(axis=1)
    parts = [(np.arange(ROWS), evidence)]
    wrong = lessons(parts, PROBABILITIES, DRAWINGS.statistics, unlikely, ALL, candidates=1, most=1, hidden=[])
    with pytest.raises(BadOOF, match="received none in 600 rows"), wrong:
        pass


def standing(of: Lessons, name: str) -> float:
    """How many standard errors the true candidates stand above the middle of their drawings' by this feature."""
    column = of.features[0 : len(of.features)][:, of.names.index(name)]
    places = [
        ((own < own[true]).sum() + (own == own[true]).sum() / 2) / len(own)
        for own, true in zip(*(np.split(array, np.cumsum(of.counts)[:-1]) for array in (column, of.truth)), strict=True)
    ]
    return float((np.mean(places) - 0.5) / np.sqrt(1 / 12 / len(places)))


FROM_LABELS = ["prior", "confusion_sum", f"model_{MODELS}_probability"]  # the last is the linear opinion
FROM_LABELS += [f"model_{m}_{name}" for m in range(MODELS) for name in ("confusion", "precision", "recall")]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_that_was_learned_from_shuffled_labels_tells_a_rows_own(seed: int) -> None:
    shuffled = np.random.default_rng(seed).integers(CLASSES, size=ROWS)
    with taken(shuffled) as lesson:
        assert {name: z for name in FROM_LABELS if abs(z := standing(lesson, name)) > 4} == {}


def test_evidence_from_a_rows_own_label_would_tell_it() -> None:
    shuffled = np.random.default_rng(0).integers(CLASSES, size=ROWS)
    parts = [(np.arange(ROWS), Evidence.of(linear(), PROBABILITIES, DRAWINGS.statistics, shuffled))]
    with lessons(parts, PROBABILITIES, DRAWINGS.statistics, shuffled, ALL, candidates=6, most=8, hidden=[]) as lesson:
        assert standing(lesson, "confusion_sum") > 6
        assert standing(lesson, f"model_{MODELS}_probability") > 6
