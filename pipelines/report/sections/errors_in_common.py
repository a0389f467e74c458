"""Whether the base models err on the same drawings: it says what stacking can gain."""

import numpy as np

from pipelines.report.answers import Answers
from pipelines.report.findings import Findings
from pipelines.report.markup import Html, element, joined, table
from pipelines.report.numbers import percent

NOTE = (
    "How many times more often two models are wrong together than if their errors had nothing to do with each other. "
    "1 would be independence; a model against itself gives the most there can be. The lower, the more a stack can gain."
)


def errors_in_common(findings: Findings) -> Html:
    """Model by model, the share of drawings that both get wrong over what independence would give."""
    models = findings.models
    if len(models) < 2:
        return Html()
    heads = [element("th"), *(element("th", model.name, scope="col") for model in models)]
    rows = [
        element("tr", element("th", row.name, scope="row"), [_cell(row, other) for other in models]) for row in models
    ]
    return joined(element("p", NOTE, class_="quiet"), table(heads, rows), element("p", _reach(models)))


def _cell(one: Answers, other: Answers) -> Html:
    together, expected = one.wrong_with(other)
    if one is other or expected == 0:
        return element("td", "–" if expected == 0 else f"{together / expected:.1f} ×", class_="quiet")
    title = f"{percent(together)} of the drawings both wrong, {percent(expected)} if independent"
    most = min(one.wrong_with(one)[0], other.wrong_with(other)[0])
    alike = (together - expected) / max(most - expected, 1e-9)  # 0 to 1
    heat = f"--heat:{100 * np.clip(alike, 0, 1) * 0.6:.0f}%"
    return element("td", f"{together / expected:.1f} ×", class_="heat", style=heat, title=title)


def _reach(models: tuple[Answers, ...]) -> str:
    """How far the models go together: what a perfect choice among their answers would reach."""
    known = np.logical_and.reduce([model.known for model in models])
    if not known.any():
        return "No drawing has been predicted by all models yet."
    right = np.stack([model.right[known] for model in models])  # (M, N)
    return (
        f"All {len(models)} models are right on {percent(right.all(axis=0).mean())} of the drawings, "
        f"at least one on {percent(right.any(axis=0).mean())}, none on {percent(1 - right.any(axis=0).mean())}."
    )
