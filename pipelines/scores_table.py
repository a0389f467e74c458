"""The table of all methods, as a terminal shows it."""

from rich.table import Table

from pipelines.report.numbers import duration, score
from pipelines.scores import HoldoutScore, Scores
from stacking.choice import Score
from stacking.nested import Nested


def scores_table(scores: Scores) -> Table:
    """The rows of stack/scores.json, best last, the chosen one marked; below them the choice itself and the holdout."""
    title = f"{scores.drawings:,} drawings of {len(scores.classes)} classes, scored out of fold"
    table = Table("", "method", "accuracy", "map@3", "95 %", "log loss", "time", title=title, box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in sorted(scores.rows, key=lambda row: row.map_at_3):
        table.add_row(
            "→" if row.chosen else "",
            row.name,
            score(row.accuracy),
            *_map_at_3(row),
            f"{row.log_loss:.3f}",
            duration(row.seconds),
            style="bold" if row.chosen else "",
        )
    table.add_section()
    if scores.nested:
        table.add_row("", "chosen anew", "", *_map_at_3(scores.nested), "", "")
    if held_out := scores.holdout:
        name, log_loss = f"holdout, {held_out.drawings:,}", f"{held_out.log_loss:.3f}"
        table.add_row("", name, score(held_out.accuracy), *_map_at_3(held_out), log_loss, "")
    return table


def _map_at_3(row: Score | Nested | HoldoutScore) -> tuple[str, str]:
    return score(row.map_at_3), f"{score(row.low)} – {score(row.high)}"
