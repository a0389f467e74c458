"""What was looked at, what was found, and what to do about it: the lines of `doctor` and of `status --audit`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

from ground.errors import DoodlestackError

State = Literal["ok", "note", "warning", "failure"]
STYLES: dict[State, str] = {"ok": "green", "note": "dim", "warning": "yellow", "failure": "bold red"}


@dataclass(frozen=True)
class Check:
    """One line: a `note` is worth knowing and asks for nothing, a `failure` stands in the way."""

    name: str
    state: State
    found: str  # with figures
    advice: str = ""  # what to do, where there is something to do


def unless_refused(name: str, look: Callable[[], Check], state: State = "failure") -> Check:
    """What `look` finds; an error of our tree becomes the check's own finding, since it says what to do."""
    try:
        return look()
    except DoodlestackError as error:
        return Check(name, state, str(error))


def failures(checks: Iterable[Check]) -> list[Check]:
    """Those that stand in the way."""
    return [check for check in checks if check.state == "failure"]


def checks_table(checks: Sequence[Check]) -> Table:
    """A line a check, for a terminal."""
    table = Table("", "checked", "found", "what to do", box=None, padding=(0, 1, 0, 0))
    for check in checks:
        style = STYLES[check.state]
        table.add_row(Text(check.state, style), Text(check.name), Text(check.found), Text(check.advice))
    return table
