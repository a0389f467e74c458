import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.bad_rows import BadRows
from features.drawings import Drawings
from features.formats import read, sources
from features.formats.reasons import Reason
from features.formats.reduction import LONGEST_PATH, ReducedStrokes, reduce_raw
from tests.features.real_drawings import BESIDE


def reduce_one(strokes: list[list[tuple[float, float, float]]], timed: bool = True) -> ReducedStrokes:
    points = np.array([point for stroke in strokes for point in stroke], float).reshape(-1, 3)
    starts = np.cumsum([0] + [len(stroke) for stroke in strokes])
    x, y, time = points.T.copy()
    return reduce_raw(x, y, time, starts, np.array([0, len(strokes)]), np.array([timed]))


def test_a_drawing_is_aligned_and_scaled_to_255() -> None:
    reduced = reduce_one([[(-10, 5, 0), (10, 5, 10), (10, 10, 20)]])
    assert reduced.points.tolist() == [[0, 0], [255, 0], [255, 64]]


def test_points_on_a_line_go_and_the_kept_ones_keep_their_time() -> None:
    reduced = reduce_one([[(0, 0, 0), (50, 0, 700), (100, 0, 1000), (100, 100, 3000)]])
    assert reduced.points.tolist() == [[0, 0], [255, 0], [255, 255]]
    assert reduced.time.tolist() == [0, 1000, 3000]


def test_the_time_of_a_point_between_two_is_interpolated() -> None:
    bend = reduce_one([[(0, 0, 0), (100.2, 0, 1002), (100.2, 100.2, 2004)]])
    middle = np.flatnonzero((bend.points == [255, 0]).all(axis=1))[0]
    assert bend.time[middle] == pytest.approx(1002, abs=8)  # a sample a pixel: the corner lies within half of one


def test_a_dot_becomes_two_points_with_the_time_that_it_was_held() -> None:
    reduced = reduce_one([[(3, 4, 7), (3, 4, 90)], [(30, 4, 100), (50, 4, 150)]])
    assert reduced.points[:2].tolist() == [[0, 0], [0, 0]]
    assert reduced.time[:2].tolist() == [7, 90]


def test_without_time_there_is_none_afterwards() -> None:
    assert set(reduce_one([[(0, 0, 0), (9, 9, 0)]], timed=False).time.tolist()) == {-1}


def test_an_empty_drawing_stays_empty() -> None:
    reduced = reduce_one([])
    assert reduced.drawing_starts.tolist() == [0, 0]
    assert reduced.reason.tolist() == [Reason.GOOD]


def test_a_stroke_too_long_to_resample_is_refused() -> None:
    zigzag = [(n % 2, 0, n) for n in range(LONGEST_PATH // 255 + 3)]
    reduced = reduce_one([[(0, 0, 0)], zigzag])
    assert reduced.reason.tolist() == [Reason.TOO_LONG]
    assert len(reduced.points) == 0
    assert reduced.drawing_starts.tolist() == [0, 0]


POINT = st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.integers(0, 10**6))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(POINT, min_size=1, max_size=20), min_size=1, max_size=4))
def test_every_stroke_keeps_its_ends_and_its_times_between_its_first_and_last(strokes: list) -> None:
    strokes = [[(x, y, time) for (x, y, _), time in zip(s, sorted(p[2] for p in s), strict=True)] for s in strokes]
    xy = np.array([point[:2] for stroke in strokes for point in stroke])
    corner, size = xy.min(axis=0), np.ptp(xy, axis=0).max() or 1
    reduced = reduce_one(strokes)
    assert len(reduced.stroke_starts) == len(strokes) + 1
    for number, stroke in enumerate(strokes):
        held = slice(*reduced.stroke_starts[number : number + 2])
        ends = (np.array([stroke[0][:2], stroke[-1][:2]]) - corner) * 255 / size
        assert np.array_equal(reduced.points[held][[0, -1]], np.rint(ends))
        assert (np.diff(reduced.time[held]) >= 0).all()
        assert reduced.time[held][[0, -1]].tolist() == [stroke[0][2], stroke[-1][2]]


def test_real_raw_drawings_reduce_to_the_datasets_own_simplified_ones(tmp_path: Path) -> None:
    folder = Path(os.environ.get("DOODLESTACK_REAL_DATA", BESIDE)) / "quickdraw-340"
    if not folder.exists():
        pytest.skip(f"no real drawings in {folder}; set DOODLESTACK_REAL_DATA to the folder that holds quickdraw-340")
    bad_rows = BadRows(tmp_path / "bad.csv", share=0)
    raw, simplified = (
        Drawings.concat(read(sources(folder / f"test_{form}.csv")[0], bad_rows)) for form in ("raw", "simplified")
    )
    place = {key: row for row, key in enumerate(simplified.key_id.tolist())}
    same = [equal(raw.strokes(row), simplified.strokes(place[key])) for row, key in enumerate(raw.key_id.tolist())]
    assert len(same) > 1800
    assert np.mean(same) > 0.95


def equal(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return len(first) == len(second) and all(map(np.array_equal, first, second))
