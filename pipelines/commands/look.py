"""The commands that look: at new drawings (`predict`), at the registry (`models`), at a run (`status`, `doctor`)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import (
    Changes,
    Data,
    Feed,
    Folds,
    Given,
    ModelFiles,
    Models,
    Preset,
    Run,
    RunBesideOut,
    SettingsFile,
)

if TYPE_CHECKING:
    from pipelines.checks import Check

FAILED = 2  # exit code: something stands in the way, or is violated


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("predict", epilog=PREDICT_EXAMPLES)(predict)
    app.command("models", epilog=MODELS_EXAMPLES)(models)
    app.command("status", epilog=STATUS_EXAMPLES)(status)
    app.command("doctor", epilog=DOCTOR_EXAMPLES)(doctor)


PREDICT_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack predict new.ndjson --run runs/quick\n\n"
    "doodlestack predict new.csv --run runs/quick --out answers.csv\n\n"
    "doodlestack predict new.csv --run runs/quick --model gray64_cnn   [dim]without the stack[/dim]"
)


def predict(
    file: Annotated[Path, typer.Argument(help="Drawings: Kaggle's CSV, ndjson, .bin, raw or simplified.")],
    run: RunBesideOut = Path("run"),
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


STATUS_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack status --run runs/quick\n\n"
    "doodlestack status --run runs/quick --audit --audit-file copies.csv   [dim]with all equal drawings[/dim]"
)


def status(
    run: Run = Path("run"),
    audit: Annotated[
        bool, typer.Option("--audit", help="Show that nothing which was predicted had been seen; exit 2 if it had.")
    ] = False,
    audit_file: Annotated[
        Path | None, typer.Option(help="A CSV to write: drawings that are there under several key_ids.")
    ] = None,
) -> None:
    """What is there, what is missing, and the command that makes it."""
    from pipelines.status import show_status

    show_status(run)
    if audit or audit_file:
        from pipelines.audit import audit as audit_run
        from pipelines.changes import read_settings
        from pipelines.progress import console
        from pipelines.run_folder import RunFolder

        folder = RunFolder(run)
        with console.status("audit"):
            checks = audit_run(folder, read_settings(folder), audit_file)
        _show(checks)


DOCTOR_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack doctor --data quickdraw --preset full --run runs/full   [dim]before a run of days[/dim]\n\n"
    "doodlestack doctor --run runs/quick   [dim]before going on with one[/dim]"
)


def doctor(
    data: Data = None,
    run: Run = Path("run"),
    preset: Preset = None,
    settings: SettingsFile = None,
    changes: Changes = None,
    models: Models = None,
    model_files: ModelFiles = None,
    folds: Folds = None,
    feed: Feed = None,
) -> None:
    """Look, in seconds, at all that a run needs: disk, memory, data, folds, every model, the submission's format.

    Nothing is written. Exit 2 where something stands in the way.
    """
    from pipelines.preflight import preflight
    from pipelines.progress import console
    from pipelines.run_folder import RunFolder

    given = Given(data, preset, settings, changes, models, model_files, folds, feed=feed)
    with console.status("preflight"):
        folder = RunFolder(run)
        checks = preflight(folder, given.complete(folder))
    _show(checks)


def _show(checks: "list[Check]") -> None:
    """Print them; exit with `FAILED` where one is a failure."""
    from rich.console import Console

    from pipelines.checks import checks_table, failures

    Console().print(checks_table(checks))
    if failures(checks):
        raise typer.Exit(FAILED)
