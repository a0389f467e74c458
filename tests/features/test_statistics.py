import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.drawings import Drawings
from features.statistics import DESCRIPTIONS, STATISTICS, stroke_statistics
from ground.threads import THREADS
from tests.features.real_drawings import real_drawings

SQUARE = [[[10, 110, 110, 10, 10], [20, 20, 120, 120, 20]]]  # clockwise, from the top left
CROSS = [[[0, 100], [50, 50]], [[50, 50], [0, 100]]]
TIMED = [[[0, 30, 30], [0, 0, 40], [0, 100, 500]], [[30, 90], [120, 120], [1500, 1600]]]
TIMES = STATISTICS[STATISTICS.index("duration") :]


def statistics(strokes):
    return dict(zip(STATISTICS, stroke_statistics(Drawings.from_strokes([strokes]))[0].tolist(), strict=True))


def holds(strokes, expected):
    found = statistics(strokes)
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-5, abs=1e-6, nan_ok=True)


def test_every_statistic_has_a_name_and_a_description():
    assert len(STATISTICS) == len(set(STATISTICS)) >= 25
    assert all(DESCRIPTIONS[name] for name in STATISTICS)
    assert len(set(DESCRIPTIONS.values())) == len(STATISTICS)


def test_a_square():
    holds(
        SQUARE,
        {
            "strokes": 1, "points": 5, "ink": 400, "mean_stroke": 400, "longest_stroke": 1, "lifted": 0,
            "width": 100, "height": 100, "aspect": 0.5, "density": 400 / math.hypot(100, 100),
            "centre_x": 60, "centre_y": 70,
            # a quarter each at -50 and 50, a half spread evenly between: (2500 + 2500 / 3) / 2
            "spread_x": math.sqrt(2500 * 2 / 3), "spread_y": math.sqrt(2500 * 2 / 3),
            "right": 0.25, "down": 0.25, "left": 0.25, "up": 0.25,
            "right_down": 0, "left_down": 0, "left_up": 0, "right_up": 0,
            "turning": 0.75, "clockwise": 0.75, "curvature": 0.75 / 400, "corners": 3,
            "straightness": 0, "closed_strokes": 1, "end_gap": 0, "self_crossings": 0, "crossings": 0,
            "first_x": 10, "first_y": 20, "last_x": 10, "last_y": 20, "first_stroke": 1, "last_stroke": 1,
        },
    )  # fmt: skip


def test_a_cross():
    holds(
        CROSS,
        {
            "strokes": 2, "points": 4, "ink": 200, "mean_stroke": 100, "longest_stroke": 0.5,
            "lifted": math.hypot(50, 50), "right": 0.5, "down": 0.5, "turning": 0, "clockwise": 0, "corners": 0,
            "straightness": 1, "closed_strokes": 0, "self_crossings": 0, "crossings": 1,
            "end_gap": math.hypot(50, 50) / math.hypot(100, 100),
            "first_way_x": 100, "first_way_y": 0, "first_stroke": 0.5, "last_stroke": 0.5, "last_x": 50, "last_y": 100,
        },
    )  # fmt: skip


def test_a_loop_crosses_itself_and_touching_is_not_crossing():
    holds([[[0, 100, 100, 50], [50, 50, 0, 100]]], {"self_crossings": 1, "crossings": 0})
    holds([[[0, 100], [50, 50]], [[50, 50], [50, 100]]], {"self_crossings": 0, "crossings": 0})


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [
        (40, 0, "right"), (40, 40, "right_down"), (0, 40, "down"), (-40, 40, "left_down"),
        (-40, 0, "left"), (-40, -40, "left_up"), (0, -40, "up"), (40, -40, "right_up"), (40, 15, "right"),
    ],
)  # fmt: skip
def test_directions_are_those_of_the_pen(x, y, name):
    holds([[[100, 100 + x], [100, 100 + y]]], {name: 1})


def test_turns_against_the_clock_are_negative_and_repeated_points_hide_none():
    holds([[[0, 50, 50, 50], [100, 100, 100, 50]]], {"turning": 0.25, "clockwise": -0.25, "corners": 1})


def test_times():
    holds(
        TIMED,
        {
            "duration": 1.6, "drawing_time": 0.6, "pause_time": 1.0, "longest_pause": 1.0, "pause_share": 1 / 1.6,
            "speed": (70 + 60) / 0.6, "top_speed": 600, "first_stroke_time": 0.5, "longest_stroke_time": 0.5,
            "last_stroke_time": 0.1,
        },
    )  # fmt: skip


def test_statistics_of_time_are_nan_without_time_and_only_they():
    assert tuple(name for name, value in statistics(SQUARE).items() if math.isnan(value)) == TIMES
    assert not any(math.isnan(value) for value in statistics(TIMED).values())


def test_a_dot_has_a_place_but_no_direction():
    holds(
        [[[7], [9]]],
        {
            "strokes": 1, "points": 1, "ink": 0, "width": 0, "height": 0, "first_x": 7, "last_y": 9, "crossings": 0,
            "aspect": math.nan, "density": math.nan, "centre_x": math.nan, "right": math.nan, "curvature": math.nan,
            "straightness": math.nan, "first_stroke": math.nan,
        },
    )  # fmt: skip


def test_an_empty_drawing_has_counts_and_nothing_else():
    found = statistics([])
    assert {name for name in STATISTICS if not math.isnan(found[name])} == {"strokes", "points", "ink"}
    assert stroke_statistics(Drawings.empty()).shape == (0, len(STATISTICS))


points = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=6)


@given(st.lists(points, max_size=4))
@settings(max_examples=40, deadline=None)
def test_mirroring_swaps_left_and_right_and_keeps_the_rest(strokes):
    there = statistics([list(zip(*one, strict=True)) for one in strokes])
    back = statistics([[[255 - x for x, _ in one], [y for _, y in one]] for one in strokes])
    kept = ("ink", "lifted", "width", "height", "spread_x", "turning", "straightness", "crossings", "self_crossings")
    assert [back[name] for name in kept] == pytest.approx([there[name] for name in kept], abs=1e-2, nan_ok=True)
    # with its two neighbours, a direction that falls on the edge of two is counted in either
    assert back["up"] + back["down"] == pytest.approx(there["up"] + there["down"], abs=1e-5, nan_ok=True)
    shares = [there[name] for name in STATISTICS[STATISTICS.index("right") : STATISTICS.index("right_up") + 1]]
    assert math.isnan(sum(shares)) or sum(shares) == pytest.approx(1, abs=1e-5)


def test_real_drawings_have_every_statistic_but_time():
    table = stroke_statistics(real_drawings(200))
    assert table.dtype == np.float32
    assert np.isfinite(table[:, : -len(TIMES)]).all()
    assert np.isnan(table[:, -len(TIMES) :]).all()


def test_the_number_of_threads_does_not_matter(monkeypatch):
    drawings = Drawings.from_strokes([SQUARE, [], CROSS, TIMED] * 40)
    tables = []
    for workers in ("1", "2"):
        monkeypatch.setenv(THREADS, workers)
        tables.append(stroke_statistics(drawings))
    assert np.array_equal(*tables, equal_nan=True)
