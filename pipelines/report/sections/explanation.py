"""Why the kept method answers as it does."""

from collections.abc import Sequence

from pipelines.report.charts import bar, whisker, whisker_axis
from pipelines.report.findings import Findings
from pipelines.report.markup import Child, Html, element, joined, table
from pipelines.report.numbers import percent, whole
from stacking.corrections import Corrections
from stacking.explanation import Worth
from stacking.gain import Gain

COLUMNS = 12  # of those that count most
CLASSES = 6  # of those with the most gained, and as many of those with the least
MODELS_NOTE = (
    "MAP@3 that is lost where the model is left out and the method is fitted anew, with its 95 % interval: fitted on "
    "{fitted} drawings, asked about {asked} others. A model whose interval holds 0 could be spared."
)
CORRECTIONS_NOTE = (
    "Drawings whose first answer is another than the model's: righted, from a wrong one to the right one, or spoiled, "
    "from the right one to a wrong one. The others were wrong before and after."
)
COLUMNS_NOTE = (
    "MAP@3 that is lost where a model's answers, or one statistic, are those of another drawing; on {asked} drawings "
    "that the method was not fitted on. It is not fitted anew, so what several columns say counts for each of them "
    "less. Columns that change nothing are not shown."
)
CLASSES_NOTE = "Of the classes in which an answer changed, those with the most gained and those with the least."
GAIN_NOTE = "The share of each column in what the splits of all trees gained while {method} was fitted."


def explanation(findings: Findings) -> Html:
    """What each model adds, where the stack overrules them, what it looks at."""
    if findings.scores is None or (found := findings.scores.explanation) is None:
        return Html()
    method = found.method
    looked_at = [row for row in found.columns if row.low != row.high][:COLUMNS]
    fitted, asked = map(whole, found.models_rows)
    models_note = MODELS_NOTE.format(fitted=fitted, asked=asked)
    return joined(
        _part(f"What each model adds to {method}", models_note, _worths(found.models)),
        _part(f"Where {method} overrules the models", CORRECTIONS_NOTE, _corrections("Model", found.corrections)),
        _part(f"Classes, against {found.best_model}", CLASSES_NOTE, _corrections("Class", _outermost(found.classes))),
        _part(f"What {method} looks at", COLUMNS_NOTE.format(asked=whole(found.columns_rows)), _worths(looked_at)),
        _part("What the trees look at", GAIN_NOTE.format(method=found.gain_of), _gains(found.gain)),
    )


def _part(name: str, note: str, shown: Html) -> Html:
    """A heading, a note and a table; nothing where there is no table."""
    if not shown:
        return Html()
    return joined(element("h3", name), element("p", note, class_="quiet"), shown)


def _worths(rows: Sequence[Worth]) -> Html:
    if not rows:
        return Html()
    low, high = min(0.0, *(row.low for row in rows)), max(0.0, *(row.high for row in rows))
    margin = 0.05 * (high - low) or 0.001
    span = (low - margin, high + margin)
    lines = []
    for row in rows:
        drawn = whisker(row.low, row.worth, row.high, span, marked=row.low > 0)
        cells = (f"{row.worth:+.4f}", f"{row.low:+.4f} to {row.high:+.4f}", drawn)
        lines.append(element("tr", element("td", row.name), [element("td", cell) for cell in cells]))
    return table(_heads("", "MAP@3", "95 % interval", whisker_axis(span)), lines)


def _corrections(kind: str, rows: Sequence[Corrections]) -> Html:
    if not rows:
        return Html()
    return table(
        _heads(kind, "Drawings", "Changed", "Righted", "Spoiled", "Rightly"), [_correction(row) for row in rows]
    )


def _correction(row: Corrections) -> Html:
    decided = row.righted + row.spoiled
    cells: list[Child] = [
        whole(row.drawings),
        f"{whole(row.changed)} ({percent(row.changed / max(row.drawings, 1))})",
        whole(row.righted),
        whole(row.spoiled),
        [percent(row.righted / decided), bar(row.righted / decided)] if decided else "–",
    ]
    return element("tr", element("td", row.name), [element("td", cell) for cell in cells])


def _outermost(rows: Sequence[Corrections]) -> Sequence[Corrections]:
    """Of classes in which anything changed: those with the most gained, and those with the least."""
    rows = [row for row in rows if row.changed]
    return rows if len(rows) <= 2 * CLASSES else [*rows[:CLASSES], *rows[-CLASSES:]]


def _gains(rows: Sequence[Gain]) -> Html:
    if not rows:
        return Html()
    most = max(row.share for row in rows) or 1.0
    lines = [
        element("tr", element("td", row.name), element("td", percent(row.share), bar(row.share / most)))
        for row in rows[:COLUMNS]
    ]
    return table(_heads("Column", "Share of the gain"), lines)


def _heads(*names: Child) -> list[Html]:
    return [element("th", name, scope="col") for name in names]
