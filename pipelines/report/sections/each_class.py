"""Each class's score, worst first."""

import numpy as np
from numpy.typing import NDArray

from pipelines.report.answers import Answers
from pipelines.report.charts import bar
from pipelines.report.findings import Findings
from pipelines.report.markup import Child, Html, element, joined, table
from pipelines.report.numbers import percent, score, whole

COLUMNS = {
    "Class": "text",
    "Drawings": "number",
    "First answer right": "number",
    "MAP@3": "number",
    "Mostly taken for": "text",
}


def each_class(findings: Findings) -> Html:
    """A table of all classes that a click on a heading sorts."""
    best, shards = findings.best, findings.shards
    if best is None or shards is None:
        return Html()
    note = f"By {best.name}, out of fold, worst first. A click on a heading sorts."
    heads = [_heading(name, kind) for name, kind in COLUMNS.items()]
    return joined(element("p", note, class_="quiet"), table(heads, _rows(best, shards.classes)))


def _heading(name: str, kind: str) -> Html:
    button = element("button", name, type="button")
    return element("th", button, scope="col", data_kind=kind, class_="left" if kind == "text" else None)


def _rows(best: Answers, classes: tuple[str, ...]) -> list[Html]:
    label = best.label[best.known]
    drawings = np.bincount(label, minlength=len(classes))
    right = np.bincount(label, best.right[best.known], minlength=len(classes)) / np.maximum(drawings, 1)
    precision = np.bincount(label, best.precision[best.known], minlength=len(classes)) / np.maximum(drawings, 1)
    order = [number for number in np.argsort(precision, kind="stable") if drawings[number]]
    return [
        _row(
            classes, number, int(drawings[number]), float(right[number]), float(precision[number]), _wrong(best, number)
        )
        for number in order
    ]


def _wrong(best: Answers, number: int) -> NDArray[np.int16]:
    """The first answers to the drawings of a class that are not that class."""
    wrong: NDArray[np.int16] = best.classes[(best.label == number) & best.known & ~best.right, 0]
    return wrong


def _row(
    classes: tuple[str, ...], number: int, drawings: int, right: float, precision: float, wrong: NDArray[np.int16]
) -> Html:
    other, times = "", 0
    if len(wrong):
        counts = np.bincount(wrong)
        other, times = classes[counts.argmax()], int(counts.max())
    cells: list[tuple[Child, Child, str | None]] = [
        (classes[number], classes[number], "left"),
        (drawings, whole(drawings), None),
        (right, percent(right), None),
        (precision, [score(precision), bar(precision)], None),
        (other, [other, element("span", f" {times} ×", class_="quiet") if times else ""], "left"),
    ]
    return element("tr", [element("td", shown, data_value=str(value), class_=place) for value, shown, place in cells])
