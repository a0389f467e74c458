"""The commands that look: at new drawings (`predict`), at the registry (`models`), at a run (`status`)."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import ModelFiles, Run


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("predict", epilog=PREDICT_EXAMPLES)(predict)
    app.command("models")(models)
    app.command("status")(status)


PREDICT_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack predict new.ndjson --run runs/quick\n\n"
    "doodlestack predict new.csv --run runs/quick --out answers.csv\n\n"
    "doodlestack predict new.csv --run runs/quick --model gray64_cnn   [dim]without the stack[/dim]"
)


def predict(
    file: Annotated[Path, typer.Argument(help="Drawings: Kaggle's CSV, ndjson, .bin, raw or simplified.")],
    run: Run = Path("run"),
    out: Annotated[Path | None, typer.Option(help="A CSV to write (key_id,word) in place of the table.")] = None,
    model: Annotated[str | None, typer.Option(help="This base model alone.")] = None,
) -> None:
    """Name new drawings: the three likeliest classes of each."""
    from pipelines.predict import predict as predict_file

    predict_file(run, file, out, model)


def models(model_files: ModelFiles = None) -> None:
    """List the registered base models: what each sees, and what it is."""
    from rich.console import Console
    from rich.table import Table

    from pipelines.keras_start import start_keras

    start_keras()
    from base_models.registry import MODELS, load_models

    load_models(model_files or ())
    table = Table("model", "input", "", box=None)
    for name, model in sorted(MODELS.items()):
        table.add_row(name, f"{type(model.inputs).__name__} {'×'.join(map(str, model.inputs.shape))}", model.summary)
    Console().print(table)


def status(run: Run = Path("run")) -> None:
    """What is there, what is missing, and the command that makes it."""
    from pipelines.status import show_status

    show_status(run)
