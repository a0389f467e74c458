"""What models see of a drawing stays what it was when they were trained."""

import numpy as np
import pytest

from ground.threads import THREADS
from tests.features import golden
from tests.features.golden.odd_drawings import odd_drawings

PINNED = (*golden.INPUTS, "statistics")


@pytest.mark.parametrize("threads", ["1", "3"])
def test_pixels_sequences_and_statistics_are_those_that_are_pinned(threads, monkeypatch):
    monkeypatch.setenv(THREADS, threads)
    made = golden.features_of(golden.drawings())
    assert set(made) == set(PINNED)
    assert not "\n".join(filter(None, (golden.difference(name, made[name]) for name in PINNED)))


@pytest.mark.parametrize("name", PINNED)
def test_features_are_the_same_for_a_drawing_alone_and_among_others(name):
    drawings, count = golden.drawings(), len(golden.held()[name])
    alone = [golden.features_of(drawings[row : row + 1])[name] for row in range(0, count, 5)]
    np.testing.assert_array_equal(np.concatenate(alone), golden.features_of(drawings)[name][::5])


def test_the_pinned_drawings_hold_every_odd_case_and_drawings_with_and_without_time():
    drawings, names = golden.drawings(), golden.held()["names"].tolist()
    assert names[: len(odd_drawings())] == [*odd_drawings()]
    assert len(names) == len(drawings) == 36
    assert 0 < drawings.has_time.sum() < len(drawings)
    assert {0, 255} <= set(drawings.points.ravel().tolist())
    assert len(golden.FILE.read_bytes()) < 100_000


def test_a_difference_is_told_with_its_size_and_its_drawing():
    picture = golden.held()["gray_64"].copy()
    picture[3, 5, 7, 0] ^= 64
    received, expected = picture[3, 5, 7, 0], golden.held()["gray_64"][3, 5, 7, 0]
    assert golden.difference("gray_64", picture) == (
        "gray_64: 1 of 147,456 numbers differ, most in the drawing 'points in the corners' at (5, 7, 0): "
        f"expected {expected}, received {received}"
    )
    table = golden.held()["statistics"].copy()
    table[0, 0] = np.nan if np.isfinite(table[0, 0]) else 1
    assert "statistics: 1 of" in golden.difference("statistics", table)
    assert "expected (36," in golden.difference("statistics", table[1:])
