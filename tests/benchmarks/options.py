"""What the benchmarks' command lines share."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ground.errors import DoodlestackError

Count = Annotated[int, typer.Option("--drawings", min=1, help="Drawings to measure with.")]
Data = Annotated[
    Path | None, typer.Option(help="Folder of real drawings as Kaggle lays it out. Without it: synthetic ones.")
]
Models = Annotated[str, typer.Option(help="Names, parted by commas.")]
Steps = Annotated[int, typer.Option(min=1, help="Batches a turn.")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="Of training: batch_size=32, precision=mixed_bfloat16, …")
]
Seed = Annotated[int, typer.Option(help="Of everything random.")]
Repeat = Annotated[int, typer.Option(min=1, help="Turns of which the median counts, after one that does not.")]
Folder = Annotated[
    Path | None, typer.Option(help="Where files are made and deleted again. Without it: the system's.", exists=True)
]
CompileTime = Annotated[bool, typer.Option(help="Also measure first use in a fresh process without numba's cache.")]
CpuTime = Annotated[
    bool,
    typer.Option(
        "--cpu-time", help="Count the processor's time, as if all cores were at it: for a machine with other work."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, no table.")]


def run(main: Callable[..., None]) -> None:
    """Run a benchmark's `main` as a command; what a user can mend is told without a traceback."""
    try:
        typer.run(main)
    except DoodlestackError as error:
        sys.exit(str(error))
