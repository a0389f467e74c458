"""Every method side by side, with the interval in which its score lies."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from pipelines.report.answers import Answers
from pipelines.report.charts import whisker, whisker_axis
from pipelines.report.findings import Findings
from pipelines.report.markup import Child, Html, element, joined, table
from pipelines.report.numbers import duration, score
from pipelines.scores import Scores

KINDS = {"model": "base model", "blend": "blend", "meta": "meta-model"}
UNKNOWN = "–"
NOTE = (
    "Every figure is of drawings that the method had not seen: base models out of fold, blends and meta-models by "
    "cross-validation over the same folds. Intervals are bootstrapped over the drawings; as methods share these, "
    "two intervals may overlap although one method is surely the better. Chosen anew: the whole choice made without "
    "each fold in turn and scored on it; holdout: drawings that were set aside before anything was trained or chosen."
)


@dataclass(frozen=True)
class Line:
    """One line of the table; None where a figure is unknown."""

    name: str
    kind: str
    map_at_3: float
    low: float
    high: float
    accuracy: float | None = None
    log_loss: float | None = None
    seconds: float | None = None
    chosen: bool = False


def methods(findings: Findings) -> Html:
    """The table of scores out of fold, best first; the chosen row is marked, its scores in harder trials come last."""
    scores = findings.scores
    rows = [Line(**asdict(row)) for row in scores.rows] if scores else [_line_of(each) for each in findings.models]
    if not rows:
        return Html()
    rows = [*sorted(rows, key=lambda row: -row.map_at_3), *(_trials(scores) if scores else ())]
    span = _span(rows)
    heads: list[Child] = ["Method", "", "MAP@3", "95 % interval", whisker_axis(span), "Accuracy", "Log loss", "Time"]
    lines = [_shown(row, span) for row in rows]
    return joined(
        element("p", NOTE, class_="quiet"), table([element("th", head, scope="col") for head in heads], lines)
    )


def _line_of(answers: Answers) -> Line:
    """A model's before there is a stack that keeps a table."""
    return Line(answers.name, "model", answers.map_at_3, *answers.interval, answers.accuracy)


def _trials(scores: Scores) -> Iterator[Line]:
    """What the choice itself scores, and the chosen method on the holdout, where that was asked for."""
    if nested := scores.nested:
        yield Line("chosen anew", "nested choice", nested.map_at_3, nested.low, nested.high)
    if held := scores.holdout:
        yield Line(scores.chosen, "holdout", held.map_at_3, held.low, held.high, held.accuracy, held.log_loss)


def _span(rows: Iterable[Line]) -> tuple[float, float]:
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    margin = 0.05 * (high - low) or 0.005
    return low - margin, high + margin


def _shown(row: Line, span: tuple[float, float]) -> Html:
    badge = element("span", "chosen", class_="badge") if row.chosen else ""
    cells: list[Child] = [
        score(row.map_at_3),
        f"{score(row.low)} – {score(row.high)}",
        whisker(row.low, row.map_at_3, row.high, span, row.chosen),
        UNKNOWN if row.accuracy is None else score(row.accuracy),
        UNKNOWN if row.log_loss is None else score(row.log_loss),
        UNKNOWN if row.seconds is None else duration(row.seconds),
    ]
    return element(
        "tr",
        element("td", row.name, badge),
        element("td", KINDS.get(row.kind, row.kind), class_="left quiet"),
        [element("td", cell) for cell in cells],
        class_="marked" if row.chosen else None,
    )
