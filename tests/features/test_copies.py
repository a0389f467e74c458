from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from features import copies
from features.copies import SEEDS, find_copies, strokes_hash
from features.drawings import UNKNOWN_TIME, Drawings
from ground.threads import THREADS

LINE, TIMED = [[0, 255], [3, 4]], [[0, 255], [3, 4], [0, 90]]
BENT, DOT = [[0, 9, 255], [3, 8, 4]], [[7], [7]]


def rows_by_group(found):
    groups = defaultdict(list)
    for group, row in zip(found.group.tolist(), found.row.tolist(), strict=True):
        groups[group].append(row)
    return sorted(groups.values())


def plain(*sources):
    """Rows of equal strokes by Python's own comparison."""
    groups, first = defaultdict(list), 0
    for drawings in sources:
        for row in range(len(drawings)):
            strokes = tuple(stroke.tobytes() for stroke in drawings.strokes(row))
            groups[strokes].append(first + row)
        first += len(drawings)
    return sorted(rows for strokes, rows in groups.items() if strokes and len(rows) > 1)


def test_equal_strokes_are_found_whatever_the_class_and_the_times():
    training = Drawings.from_strokes([[LINE], [BENT], [TIMED], [LINE, DOT], [DOT], [BENT]], label=[0, 1, 2, 3, 4, 1])
    test = Drawings.from_strokes([[DOT, LINE], [LINE]])
    found = find_copies(training, test)
    assert rows_by_group(found) == [[0, 2, 7], [1, 5]]
    assert found.points.tolist() == [{0: 2, 2: 2, 7: 2, 1: 3, 5: 3}[row] for row in found.row.tolist()]


def test_where_a_stroke_ends_makes_a_difference_and_so_does_the_order_of_points():
    one, two = [[0, 9, 20], [0, 9, 20]], [[0, 9], [0, 9]]
    apart = [
        [one],
        [two, [[20], [20]]],
        [[[0], [0]], [[9, 20], [9, 20]]],
        [[[20, 9, 0], [20, 9, 0]]],
        [[[0, 9, 21], [0, 9, 20]]],
    ]
    drawings = Drawings.from_strokes(apart)
    assert len(set(strokes_hash(drawings).tolist())) == len(apart)
    assert len(find_copies(drawings).row) == 0


def test_drawings_without_a_point_are_no_copies_of_each_other():
    assert len(find_copies(Drawings.from_strokes([[], [], [LINE]]), Drawings.empty()).row) == 0
    assert len(find_copies(Drawings.empty()).row) == 0


def test_what_one_hash_confuses_the_other_tells_apart(monkeypatch):
    whole = copies.strokes_hash
    drawings = Drawings.from_strokes([[LINE], [BENT], [LINE], [DOT]])
    monkeypatch.setattr(copies, "strokes_hash", lambda some, seed=SEEDS[0]: whole(some, seed) * (seed != SEEDS[0]))
    assert rows_by_group(find_copies(drawings)) == [[0, 2]]


def test_they_are_those_that_a_plain_comparison_finds_in_any_blocks_on_any_threads(monkeypatch):
    rng = np.random.default_rng(0)
    strokes = [[rng.integers(0, 3, (2, rng.integers(1, 3))).tolist()] * rng.integers(0, 3) for _ in range(300)]
    drawings = Drawings.from_strokes(strokes)
    expected = plain(drawings, drawings[:50])
    assert any(len(rows) > 2 for rows in expected)
    assert rows_by_group(find_copies(drawings, drawings[:50])) == expected
    monkeypatch.setattr(copies, "AT_ONCE", 7)
    assert rows_by_group(find_copies(drawings, drawings[:50])) == expected
    monkeypatch.setattr(copies, "AT_ONCE", 200)
    monkeypatch.setenv(THREADS, "3")
    assert rows_by_group(find_copies(drawings, drawings[:50])) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_hashes_of_similar_drawings_spread_over_all_bits(seed):
    strokes = [[[[x, x + 1], [y, y]]] for x in range(100) for y in range(100)]
    hashes = strokes_hash(Drawings.from_strokes(strokes), seed)
    assert len(np.unique(hashes)) == len(hashes)
    bits = (hashes[:, None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)).mean(axis=0)
    assert ((bits > 0.45) & (bits < 0.55)).all()  # 10,000 throws of a coin: 0.5 ± 0.005


def test_times_play_no_part():
    timed = Drawings.from_strokes([[TIMED, TIMED]])
    untimed = replace(timed, time=np.full_like(timed.time, UNKNOWN_TIME))
    assert strokes_hash(timed) == strokes_hash(untimed)
