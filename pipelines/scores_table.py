"""The table of all methods, as a terminal shows it."""

from typing import Any

from rich.table import Table

from pipelines.report.numbers import duration, score


def scores_table(scores: dict[str, Any]) -> Table:
    """The rows of stack/scores.json, best last, the chosen one marked; below them the choice itself and the holdout."""
    count, classes = scores["drawings"], len(scores["classes"])
    title = f"{count:,} drawings of {classes} classes, scored out of fold"
    table = Table("", "method", "accuracy", "map@3", "95 %", "log loss", "time", title=title, box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in sorted(scores["rows"], key=lambda row: row["map_at_3"]):
        table.add_row(
            "→" if row["chosen"] else "",
            row["name"],
            score(row["accuracy"]),
            *_map_at_3(row),
            f"{row['log_loss']:.3f}",
            duration(row["seconds"]),
            style="bold" if row["chosen"] else "",
        )
    table.add_section()
    if nested := scores.get("nested"):
        table.add_row("", "chosen anew", "", *_map_at_3(nested), "", "")
    if held_out := scores.get("holdout"):
        name = f"holdout, {held_out['drawings']:,}"
        log_loss = f"{held_out['log_loss']:.3f}"
        table.add_row("", name, score(held_out["accuracy"]), *_map_at_3(held_out), log_loss, "")
    return table


def _map_at_3(row: dict[str, Any]) -> tuple[str, str]:
    return score(row["map_at_3"]), f"{score(row['low'])} – {score(row['high'])}"
