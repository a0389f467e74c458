"""What a person sees while tasks run: one bar, and a line for each task that says how far it is."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

console = Console(stderr=True, highlight=False)  # results go to stdout, the way there to stderr


class Board:
    """A live display on a terminal; in a log, a line as a task ends, of many tasks at each tenth."""

    def __init__(self, title: str, states: dict[str, Callable[[], str]]) -> None:
        self.title, self.running, self.total, self.done = title, dict(states), len(states), 0
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self.bar = self.progress.add_task(title, total=self.total)
        self.live = Live(get_renderable=self.render, console=console, refresh_per_second=2, transient=False)

    def __enter__(self) -> Self:
        if console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if console.is_terminal:
            self.live.stop()

    def ended(self, name: str) -> None:
        """One task more is done."""
        state = self.running.pop(name)()
        self.progress.advance(self.bar)
        self.done += 1
        a_tenth_more = self.done * 10 // self.total > (self.done - 1) * 10 // self.total
        if state or (a_tenth_more and not console.is_terminal):
            console.print(f"{self.title}  {self.done}/{self.total}  {name}  {state}".rstrip())

    def render(self) -> Group:
        """The bar, and under it the tasks that have something to say."""
        states = ((name, state()) for name, state in list(self.running.items()))
        return Group(self.progress, *(Text(f"  {name}  {state}") for name, state in states if state))
