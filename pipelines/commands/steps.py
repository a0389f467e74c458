"""The commands that make results: `run`, and its steps one by one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.commands.options import (
    Changes,
    Data,
    Deterministic,
    Epochs,
    Feed,
    Folds,
    Force,
    Given,
    Holdout,
    Layers,
    ModelFiles,
    Models,
    Preset,
    Pretrain,
    Run,
    Scheduler,
    Seed,
    SettingsFile,
    TensorBoard,
    Workers,
)

Out = Annotated[Path, typer.Option("--out", "--run", help="The run folder, made or gone on with.", file_okay=False)]
SkipPreflight = Annotated[
    bool,
    typer.Option("--skip-preflight", help="Begin without `doctor`'s look at disk, memory, data and models."),
]


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("run", epilog=RUN_EXAMPLES)(run)
    app.command("shuffle", epilog=SHUFFLE_EXAMPLES)(shuffle)
    app.command("train", epilog=TRAIN_EXAMPLES)(train)
    app.command("stack", epilog=STACK_EXAMPLES)(stack)
    app.command("submit")(submit)
    app.command("report")(report)


RUN_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack run\n\n"
    "doodlestack run --data quickdraw --out runs/quick --folds 3 --epochs 5 --models gray64_cnn,stroke_lstm\n\n"
    "doodlestack run --data quickdraw --set train.learning_rate=1e-3 --set train_by_model.stroke_lstm.epochs=30\n\n"
    "doodlestack run --data quickdraw --model-file my_models.py --models gray64_cnn,my_model\n\n"
    "doodlestack run --out runs/quick   [dim]goes on with that run, as it was begun[/dim]"
)


def run(
    data: Data = None,
    out: Out = Path("run"),
    pretrain: Pretrain = None,
    preset: Preset = None,
    settings: SettingsFile = None,
    changes: Changes = None,
    models: Models = None,
    model_files: ModelFiles = None,
    folds: Folds = None,
    holdout: Holdout = None,
    layers: Layers = None,
    seed: Seed = None,
    epochs: Epochs = None,
    feed: Feed = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    deterministic: Deterministic = False,
    tensorboard: TensorBoard = False,
    skip_preflight: SkipPreflight = False,
    force: Force = False,
) -> None:
    """Everything: shuffle, train, stack, submit, report. What is there and whole is not made again.

    A run folder that is named without --data, --preset or --settings goes on with the settings that it was begun with.
    """
    from pipelines.run import run as run_all
    from pipelines.run_folder import RunFolder

    given = Given(
        data,
        preset,
        settings,
        changes,
        models,
        model_files,
        folds,
        seed,
        epochs,
        feed,
        workers,
        scheduler,
        deterministic,
        tensorboard,
        holdout,
        layers,
        pretrain,
    )
    run_all(out, given.complete(RunFolder(out)), force, skip_preflight)


SHUFFLE_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack shuffle --data quickdraw --run runs/quick\n\n"
    "doodlestack shuffle --data quickdraw --run runs/quick --format csv   [dim]also train_k*.csv.gz[/dim]"
)


def shuffle(
    data: Data = None,
    run: Run = Path("run"),
    preset: Preset = None,
    settings: SettingsFile = None,
    changes: Changes = None,
    holdout: Holdout = None,
    seed: Seed = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    output: Annotated[
        Literal["shards", "csv", "csv-time"],
        typer.Option("--format", help="csv: also train_k*.csv.gz; csv-time: these with the times of the points."),
    ] = "shards",
    force: Force = False,
) -> None:
    """Read the drawings and spread them over 100 cv shards in random order; begins a run folder."""
    from pipelines.changes import write_settings
    from pipelines.export import write_csv
    from pipelines.run_folder import RunFolder
    from pipelines.shuffle import shuffle as make_shards

    folder = RunFolder(run)
    given = Given(data, preset, settings, changes, seed=seed, workers=workers, scheduler=scheduler, holdout=holdout)
    resolved = given.begun(folder) if given.begins(folder) else given.over(folder, force)
    write_settings(folder, resolved, force)
    make_shards(folder, resolved)
    if output != "shards":
        write_csv(folder, resolved, with_time=output == "csv-time")


TRAIN_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack train --run runs/quick\n\n"
    "doodlestack train stroke_lstm --fold 3 --run runs/quick\n\n"
    "doodlestack train --run runs/quick --scheduler tcp://10.0.0.1:8786   [dim]on a dask cluster[/dim]"
)


def train(
    models: Annotated[list[str] | None, typer.Argument(help="Of the run's models; all of them by default.")] = None,
    fold: Annotated[list[int] | None, typer.Option(help="Only this fold; may be given again.")] = None,
    run: Run = Path("run"),
    changes: Changes = None,
    feed: Feed = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    deterministic: Deterministic = False,
    tensorboard: TensorBoard = False,
    force: Force = False,
) -> None:
    """Train the base models without each fold, and predict that fold and the test set."""
    from pipelines.run_folder import RunFolder
    from pipelines.train import train as train_all

    folder = RunFolder(run)
    given = Given(
        changes=changes,
        feed=feed,
        workers=workers,
        scheduler=scheduler,
        deterministic=deterministic,
        tensorboard=tensorboard,
    )
    train_all(folder, given.over(folder, force, ask_models=True), models or (), fold or ())


STACK_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack stack --run runs/quick\n\n"
    "doodlestack stack --run runs/quick --layers 2 --force\n\n"
    "doodlestack stack --run runs/quick --set stack.candidates=8 --force"
)


def stack(run: Run = Path("run"), changes: Changes = None, layers: Layers = None, force: Force = False) -> None:
    """Join the base models in every way the settings name, score each honestly, keep the best."""
    from rich.console import Console

    from pipelines.run_folder import RunFolder
    from pipelines.scores import Scores
    from pipelines.scores_table import scores_table
    from pipelines.stack import stack as stack_all

    folder = RunFolder(run)
    stack_all(folder, Given(changes=changes, layers=layers).over(folder, force), force)
    scores = Scores.read(folder)
    Console().print(scores_table(scores), scores.reason)


def submit(
    run: Run = Path("run"),
    balance: Annotated[
        Literal["off", "greedy", "sinkhorn", "flow"] | None,
        typer.Option(help="For a test set of equally many drawings of each class. Default: off."),
    ] = None,
    assume_uniform: Annotated[
        bool, typer.Option("--assume-uniform", help="Balance also where what is predicted speaks against it.")
    ] = False,
    force: Force = False,
) -> None:
    """Write the submissions: of the chosen way, of the geometric mean, of each base model."""
    from pipelines.run_folder import RunFolder
    from pipelines.submit import submit as write_submissions

    folder = RunFolder(run)
    changes = [f"submission.balance={balance}"] if balance else []
    changes += ["submission.assume_uniform=true"] if assume_uniform else []
    write_submissions(folder, Given(changes=changes).over(folder, force))
    if folder.submission.exists():  # which it does not without test drawings
        typer.echo(folder.submission)


def report(run: Run = Path("run")) -> None:
    """Write report.html: the table, learning curves, classes, and the drawings that are confused."""
    from pipelines.report import write_report
    from pipelines.run_folder import RunFolder

    folder = RunFolder(run)
    write_report(folder)
    typer.echo(folder.report)
