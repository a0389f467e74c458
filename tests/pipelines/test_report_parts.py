"""The report's own small parts: markup that escapes, numbers as text, ticks, charts, answers, confused pairs."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from oof.store import OOFStore
from pipelines.report.answers import Answers
from pipelines.report.charts import Axes, Series, doodle, line_chart, whisker
from pipelines.report.markup import Html, element, joined
from pipelines.report.numbers import duration, percent, size, ticks
from pipelines.report.sections.confusions import most_confused

KEY_ID = np.array([10**7, 2 * 10**7, 3 * 10**7, 4 * 10**7])  # cv 1 to 4: folds 1, 0, 1, 0 of two


def test_text_and_attributes_are_escaped_and_markup_is_not_escaped_twice() -> None:
    inner = element("b", 'Tom & "Jerry"')
    assert inner == "<b>Tom &amp; &quot;Jerry&quot;</b>"
    assert element("p", inner, " <i>", title="a\"b'<") == (
        '<p title="a&quot;b&#x27;&lt;"><b>Tom &amp; &quot;Jerry&quot;</b> &lt;i&gt;</p>'
    )
    assert joined([Html("<br>"), ["<", 3]], 0.5) == "<br>&lt;30.5"


def test_attribute_names_lose_their_underscores_and_none_is_left_out() -> None:
    assert element("g", class_="x", stroke_width=2, title=None) == '<g class="x" stroke-width="2"></g>'


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.9, "9.9 s"), (61, "61 s"), (600, "10 min"), (3600, "1 h 0 min"), (93_780, "26 h 3 min")],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 bytes"), (1500, "1.5 kB"), (3e9, "3.0 GB"), (2.5e15, "2500.0 TB")])
def test_sizes_have_the_unit_that_fits(count: float, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.9205, 0.9387, [0.925, 0.93, 0.935]),
        (-3, 21, [0, 5, 10, 15, 20]),
        (1, 1, [1]),
    ],
)
def test_ticks_are_round_and_inside_the_span(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_charts_are_well_formed_and_stay_inside_their_frame() -> None:
    series = [Series("fold 0", [1, 2, 3], [0.1, 0.5, 0.9], 0), Series("one & only", [1], [0.2], 9, dashed=True)]
    chart = ElementTree.fromstring(line_chart(series, Axes((1, 3), (0, 1), "epoch", "MAP@3"), diagonal=True))
    assert [title.text for title in chart.iter("title")] == ["fold 0", "one & only"]
    circle = next(chart.iter("circle"))  # a line of one point is a dot
    assert 0 <= float(circle.attrib["cx"]) <= 340
    assert 0 <= float(circle.attrib["cy"]) <= 200
    dot = ElementTree.fromstring(whisker(0.5, 0.6, 0.8, (0.4, 0.9), marked=True)).find("circle")
    assert dot is not None
    assert float(dot.attrib["cx"]) == pytest.approx(80)


def test_a_doodle_has_a_path_a_stroke_from_blue_to_red_also_without_strokes_or_of_one_point() -> None:
    strokes = [np.array([[0, 0], [255, 10]], np.uint8), np.array([[7, 9]], np.uint8), np.array([[1, 2]] * 3, np.uint8)]
    paths = list(ElementTree.fromstring(doodle(strokes, "a <title>")).iter("path"))
    assert [path.attrib["d"] for path in paths] == ["M0 0L255 10", "M7 9L7 9", "M1 2L1 2L1 2"]
    assert paths[0].attrib["stroke"].startswith("hsl(220")
    assert paths[2].attrib["stroke"].startswith("hsl(-10")
    assert list(ElementTree.fromstring(doodle([], "empty")).iter("path")) == []


def test_answers_are_the_three_best_classes_and_unpredicted_rows_count_for_nothing(tmp_path: Path) -> None:
    store = OOFStore.create(tmp_path, ("a", "b", "c", "d"), 2, {})
    store.write_fold(1, KEY_ID[[0, 2]], np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.2, 0.0]], np.float32))
    answers = Answers.read("m", store, KEY_ID, np.array([2, 0, 0, 1], np.int16))
    assert answers.classes.tolist() == [[3, 2, 1], [-1] * 3, [0, 2, 1], [-1] * 3]
    assert answers.known.tolist() == [True, False, True, False]
    assert answers.probability[0] == pytest.approx([0.4, 0.3, 0.2], abs=1e-3)
    assert (answers.accuracy, answers.map_at_3) == (0.5, 0.75)


def test_two_classes_give_two_answers(tmp_path: Path) -> None:
    store = OOFStore.create(tmp_path, ("a", "b"), 2, {})
    store.write_fold(1, KEY_ID[:1], np.array([[0.25, 0.75]], np.float32))
    answers = Answers.read("m", store, KEY_ID[:1], np.array([0], np.int16))
    assert answers.classes.tolist() == [[1, 0, -1]]
    assert answers.map_at_3 == 0.5


def test_confused_pairs_come_most_frequent_first_and_in_each_the_surest_mistake_first() -> None:
    first = np.array([1, 0, 1, 2, 2, -1], np.int16)
    classes = np.stack([first, np.full(6, -1, np.int16), np.full(6, -1, np.int16)], axis=1)
    sure = np.array([[0.5], [0.9], [0.7], [0.8], [0.6], [0.0]], np.float32).repeat(3, axis=1)
    answers = Answers("m", np.array([0, 1, 0, 1, 2, 0], np.int16), classes, sure)
    pairs = most_confused(answers, 3)
    assert [(pair.one, pair.other, pair.rows.tolist()) for pair in pairs] == [(0, 1, [1, 2, 0]), (1, 2, [3])]


def test_percentages_do_not_break_at_the_sign() -> None:
    assert percent(0.1234) == "12.3\N{NO-BREAK SPACE}%"
