"""Every method side by side, with the interval in which its score lies."""

from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.report.answers import Answers
from pipelines.report.charts import whisker, whisker_axis
from pipelines.report.findings import Findings
from pipelines.report.markup import Child, Html, element, joined, table
from pipelines.report.numbers import duration, score

KINDS = {"model": "base model", "blend": "blend", "meta": "meta-model"}
UNKNOWN = "–"
NOTE = (
    "Every figure is of drawings that the method had not seen: base models out of fold, blends and meta-models by "
    "cross-validation over the same folds. Intervals are bootstrapped over the drawings; as methods share these, "
    "two intervals may overlap although one method is surely the better. Chosen anew: the whole choice made without "
    "each fold in turn and scored on it; holdout: drawings that were set aside before anything was trained or chosen."
)


def methods(findings: Findings) -> Html:
    """The table of scores out of fold, best first; the chosen row is marked, its scores in harder trials come last."""
    rows = findings.scores.get("rows") or [_row_of(answers) for answers in findings.models]
    if not rows:
        return Html()
    rows = [*sorted(rows, key=lambda row: -row["map_at_3"]), *_trials(findings.scores)]
    span = _span(rows)
    heads: list[Child] = ["Method", "", "MAP@3", "95 % interval", whisker_axis(span), "Accuracy", "Log loss", "Time"]
    lines = [_line(row, span) for row in rows]
    return joined(
        element("p", NOTE, class_="quiet"), table([element("th", head, scope="col") for head in heads], lines)
    )


def _row_of(answers: Answers) -> dict[str, Any]:
    """A model's row before there is a stack that keeps a table."""
    low, high = answers.interval
    scores = {"accuracy": answers.accuracy, "map_at_3": answers.map_at_3, "low": low, "high": high}
    return {"name": answers.name, "kind": "model", "log_loss": None, "seconds": None, "chosen": False, **scores}


def _trials(scores: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the choice itself scores, and the chosen method on the holdout, where that was asked for."""
    unknown = {"accuracy": None, "log_loss": None, "seconds": None, "chosen": False}
    if nested := scores.get("nested"):
        yield {**unknown, **nested, "name": "chosen anew", "kind": "nested choice", "chosen": False}
    if held_out := scores.get("holdout"):
        yield {**unknown, **held_out, "name": scores["chosen"], "kind": "holdout"}


def _span(rows: Iterable[dict[str, Any]]) -> tuple[float, float]:
    low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
    margin = 0.05 * (high - low) or 0.005
    return low - margin, high + margin


def _line(row: dict[str, Any], span: tuple[float, float]) -> Html:
    badge = element("span", "chosen", class_="badge") if row["chosen"] else ""
    cells: list[Child] = [
        score(row["map_at_3"]),
        f"{score(row['low'])} – {score(row['high'])}",
        whisker(row["low"], row["map_at_3"], row["high"], span, row["chosen"]),
        UNKNOWN if row["accuracy"] is None else score(row["accuracy"]),
        UNKNOWN if row["log_loss"] is None else score(row["log_loss"]),
        UNKNOWN if row["seconds"] is None else duration(row["seconds"]),
    ]
    return element(
        "tr",
        element("td", row["name"], badge),
        element("td", KINDS.get(row["kind"], row["kind"]), class_="left quiet"),
        [element("td", cell) for cell in cells],
        class_="marked" if row["chosen"] else None,
    )
