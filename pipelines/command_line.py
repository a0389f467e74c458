"""The command line `doodlestack`: its commands, and how errors and Ctrl-C are told."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from ground.errors import DoodlestackError
from ground.faults import told
from pipelines.commands import exchange, export, look, steps
from pipelines.progress import console
from pipelines.stopping import INTERRUPTED, STOPPED

BAD_INPUT = 2  # the exit code


class Group(TyperGroup):
    """Tells a user's mistake in one paragraph, without a traceback; anything else is a bug and keeps its own."""

    def invoke(self, context: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except Exception as error:
            if not isinstance(mendable := told(error), DoodlestackError):
                raise
            _tell(mendable)
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            console.print(STOPPED)
            raise typer.Exit(INTERRUPTED) from None


def _tell(error: DoodlestackError) -> None:
    try:
        console.print(f"{error}", style="red", markup=False, soft_wrap=True)
    except (MemoryError, ImportError):  # colours take memory, which may be what is wanting
        sys.stderr.write(f"{error}\n")


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Base models on cv folds, out-of-fold probabilities, a LightGBM stack and Kaggle submissions for doodles.",
    epilog="[bold]First steps[/bold]\n\n"
    "doodlestack run   [dim]the embedded doodles, a few minutes[/dim]\n\n"
    "doodlestack run --data quickdraw --out runs/first   [dim]real drawings[/dim]\n\n"
    "doodlestack status --run runs/first   [dim]what is there, what is missing[/dim]",
)
steps.add_to(app)
exchange.add_to(app)
export.add_to(app)
look.add_to(app)
