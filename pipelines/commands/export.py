"""The command that writes the shards for other readers: `export`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.commands.options import Run

export = typer.Typer(no_args_is_help=True, help="The shards in other forms.")


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.add_typer(export, name="export")


TFRECORD_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack export tfrecord --size 128 --color gray --run runs/quick   [dim]finished pixels[/dim]\n\n"
    "doodlestack export tfrecord --encoding strokes --run runs/quick   [dim]for any input and augmentation[/dim]\n\n"
    "then: doodlestack run --feed tfrecord --out runs/quick"
)


@export.command("tfrecord", epilog=TFRECORD_EXAMPLES)
def tfrecord(
    run: Run = Path("run"),
    encoding: Annotated[
        Literal["raw", "png", "strokes"],
        typer.Option(help="Pixels as they are, pixels packed, or what pixels are drawn from."),
    ] = "raw",
    color: Annotated[Literal["gray", "rgb"], typer.Option(help="White lines, or coloured by time.")] = "gray",
    size: Annotated[int | None, typer.Option(help="Pixels a side. Default: 64 gray, 128 rgb.")] = None,
    line_width: Annotated[float, typer.Option(help="Of 256 canvas units.")] = 6.0,
    renderer: Annotated[Literal["compiled", "opencv"], typer.Option(help="What draws the lines.")] = "compiled",
    use_time: Annotated[
        bool | None, typer.Option(help="rgb: colour by time where it is known, or all by point order.")
    ] = None,
    centred: Annotated[
        bool, typer.Option(help="In the middle of the picture, or at its top left as they are.")
    ] = False,
) -> None:
    """Write every drawing as a tf.train.Example (image or strokes, label, key_id), a file a cv shard.

    The disk that each encoding takes is told first, and nothing is written where it will not do.
    """
    from features.tfrecord_folders import COLORS
    from pipelines.changes import read_settings
    from pipelines.export import write_tfrecords
    from pipelines.run_folder import RunFolder

    folder = RunFolder(run)
    given = {
        "size": size,
        "line_width": line_width,
        "renderer": renderer,
        "use_time": use_time,
        "centred": centred,
    }
    picture = COLORS[color].of({name: value for name, value in given.items() if value is not None}, "the options")
    typer.echo(write_tfrecords(folder, read_settings(folder), encoding, picture).folder)
