"""What every benchmark prints: rows of what was measured, beside them the bar that it is held against."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks.clock import Rates, times_faster


@dataclass(frozen=True)
class Row:
    """One measured value; where there is a bar, `at` says on which side of it the value must lie."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    at: Literal["≥", "≤"] = "≥"

    @property
    def holds(self) -> bool | None:
        """Whether the value is on the right side of its bar; None without one."""
        if self.bar is None:
            return None
        return self.value >= self.bar if self.at == "≥" else self.value <= self.bar

    def plain(self) -> dict[str, Any]:
        """The row as JSON has it."""
        value, holds = float(self.value), None if self.holds is None else bool(self.holds)
        return {"what": self.what, "value": value, "unit": self.unit, "bar": self.bar, "holds": holds}


def compared(work: str, how: str, rates: Mapping[str, Rates], least: float | None) -> list[Row]:
    """How many times the second way's rate the first's is, and the rates of both."""
    ours, theirs = rates.values()
    return [
        Row(f"{work}, {how}", times_faster(ours, theirs), "×", least),
        *(Row(f"{work}, {way}", float(np.median(found)), "drawings/s") for way, found in rates.items()),
    ]


def publish(tables: Mapping[str, Sequence[Row]], as_json: bool) -> None:
    """Print tables by their titles, or the rows of all as one JSON object, on stdout."""
    if as_json:
        print(json.dumps({"rows": [row.plain() for rows in tables.values() for row in rows]}))
        return
    for title, rows in tables.items():
        Console().print(_table(title, rows))


def _table(title: str, rows: Sequence[Row]) -> Table:
    table = Table("", "", "", "bar", "", title=title, title_justify="left", title_style="bold")
    for place in (1, 3):
        table.columns[place].justify = "right"
        table.columns[place].no_wrap = True
    for row in rows:
        bar = "" if row.bar is None else f"{row.at} {_number(row.bar)}"
        verdict = {True: "[green]holds[/green]", False: "[red]misses[/red]", None: ""}[row.holds]
        table.add_row(row.what, _number(row.value), row.unit, bar, verdict)
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
