"""The commands that look: at new drawings (`predict`), at the registry (`models`), at a run (`status`)."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import ModelFiles, Run


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("predict", epilog=PREDICT_EXAMPLES)(predict)
    app.command("models", epilog=MODELS_EXAMPLES)(models)
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


MODELS_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack models\n\n"
    "doodlestack models mobilenet_v2   [dim]with what can be set of its network[/dim]"
)


def models(
    name: Annotated[str | None, typer.Argument(help="Build this one and show it in detail.")] = None,
    model_files: ModelFiles = None,
) -> None:
    """List the registered base models: what each sees, how large it is, whether this machine could train it."""
    from rich.console import Console

    from pipelines.keras_start import start_keras
    from pipelines.memory import free_memory

    memory = free_memory()
    start_keras()
    from base_models.registry import load_models
    from pipelines.models_table import model_in_detail, models_table

    load_models(model_files or ())
    Console().print(model_in_detail(name, memory) if name else models_table(memory))


def status(run: Run = Path("run")) -> None:
    """What is there, what is missing, and the command that makes it."""
    from pipelines.status import show_status

    show_status(run)
