"""The first lines: what was run, what came out, what is missing."""

from pipelines.report.answers import Answers
from pipelines.report.findings import Findings
from pipelines.report.markup import Html, element, joined
from pipelines.report.numbers import percent, score, whole
from pipelines.scores import HoldoutScore


def headline(findings: Findings) -> Html:
    """Tiles with the few numbers that one looks for first; the choice and its reason; what the folder lacks."""
    missing = [element("li", sentence) for sentence in findings.missing]
    tiles = element("div", _tiles(findings), class_="tiles")
    return joined(tiles, _choice(findings), element("ul", missing, class_="missing") if missing else "")


def _tiles(findings: Findings) -> list[Html]:
    tiles = []
    best = findings.best
    if best is not None:
        low, high = _interval(findings, best)
        tiles.append(_tile(score(best.map_at_3), f"MAP@3 of {best.name}, {score(low)} to {score(high)}", marked=True))
        tiles.append(_tile(percent(best.accuracy), "first answer right"))
    if findings.chosen is not None and findings.models:
        gain = findings.chosen.map_at_3 - findings.models[0].map_at_3
        tiles.append(_tile(f"{gain:+.4f}", f"MAP@3 over the best model, {findings.models[0].name}"))
    if findings.scores and (held_out := findings.scores.holdout):
        tiles.append(_tile(score(held_out.map_at_3), f"MAP@3 on the holdout, {_holdout(held_out)}"))
    if findings.shards is not None:
        tiles.append(_tile(whole(len(findings.shards)), "training drawings"))
        tiles.append(_tile(whole(len(findings.shards.classes)), "classes"))
    if findings.folds is not None:
        tiles.append(_tile(whole(findings.folds), "folds"))
    return tiles


def _interval(findings: Findings, best: Answers) -> tuple[float, float]:
    """As the table of all methods has it: another bootstrap would differ in the last digits."""
    if findings.scores is None or best is not findings.chosen:
        return best.interval
    row = findings.scores.chosen_row
    return row.low, row.high


def _tile(value: str, what: str, marked: bool = False) -> Html:
    return element("div", element("b", value), element("span", what), class_="tile marked" if marked else "tile")


def _holdout(held_out: HoldoutScore) -> str:
    """Its size, the interval and, where it was not the first time, that it has been looked at before."""
    span = f"{whole(held_out.drawings)} drawings, {score(held_out.low)} to {score(held_out.high)}"
    return span if held_out.looks == 1 else f"{span}; scored {held_out.looks} times by now"


def _choice(findings: Findings) -> Html:
    if findings.scores is None:
        return Html()
    return element("p", "Chosen: ", element("b", findings.scores.chosen), ". ", findings.scores.reason)
