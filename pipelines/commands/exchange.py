"""The commands that trade probabilities and submissions with other tools: `oof` and `blend`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.commands.options import Run

Name = Annotated[str, typer.Argument(help="The model's name in this run.")]

oof = typer.Typer(no_args_is_help=True, help="Out-of-fold probabilities: to files, from files, checked.")


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.add_typer(oof, name="oof")
    app.command("blend", epilog=BLEND_EXAMPLES)(blend)


@oof.command("export")
def export(
    model: Name,
    file: Annotated[Path, typer.Argument(help="To write: .csv, .npz or .parquet.")],
    run: Run = Path("run"),
    part: Annotated[Literal["oof", "test"], typer.Option(help="Training drawings or the test set.")] = "oof",
) -> None:
    """Write a model's probabilities with key_ids and class names."""
    from oof.exchange import export_oof
    from oof.store import OOFStore
    from pipelines.run_folder import RunFolder

    export_oof(OOFStore(RunFolder(run).oof(model)), file, part)
    typer.echo(file)


IMPORT_EXAMPLES = (
    "[bold]Example[/bold]\n\n"
    "doodlestack oof import my_resnet my_oof.npz --test my_test.npz --run runs/quick\n\n"
    "then: doodlestack stack --run runs/quick --force"
)


@oof.command("import", epilog=IMPORT_EXAMPLES)
def import_(
    model: Name,
    file: Annotated[Path, typer.Argument(help="Out-of-fold probabilities of every training drawing.")],
    test: Annotated[Path | None, typer.Option(help="Its probabilities of the test set.")] = None,
    run: Run = Path("run"),
) -> None:
    """Take in a model trained elsewhere on the same folds (key_id // 10**7 % 100 % folds); it stacks like ours."""
    from base_models.registry import is_model_name
    from features.shards import Shards
    from ground.errors import BadSettings
    from oof.exchange import import_oof
    from pipelines.changes import read_settings
    from pipelines.oof_stores import kept_classes
    from pipelines.run_folder import RunFolder

    folder = RunFolder(run)
    settings = read_settings(folder)
    if model in settings.models or not is_model_name(model):
        raise BadSettings(
            f"Expected a name of letters, digits and _, such as resnet or resnet@2, that is free in {run}, received "
            f"'{model}'."
        )
    shards = Shards.open(folder.shards)
    import_oof(
        file,
        folder.oof(model),
        key_id=shards.key_id,
        classes=shards.classes,
        folds=settings.folds,
        test_path=test,
        test_key_id=shards.test().key_id if test else None,
        keep=kept_classes(settings, shards),
    )
    typer.echo(
        f"{folder.oof(model)}: {len(shards):,} drawings. Stack anew with `doodlestack stack --run {run} --force`."
    )


@oof.command("check")
def check(
    models: Annotated[list[str] | None, typer.Argument(help="All that the stack would take by default.")] = None,
    run: Run = Path("run"),
) -> None:
    """Verify stores against this run's drawings; names everything that is wrong, with its file and what to do."""
    from pipelines.changes import read_settings
    from pipelines.oof_check import check_stores
    from pipelines.run_folder import RunFolder

    folder = RunFolder(run)
    check_stores(folder, read_settings(folder), models or ())


BLEND_EXAMPLES = (
    "[bold]Examples[/bold]\n\n"
    "doodlestack blend first.csv second.csv --weights 2,1 --out blend.csv   [dim]submissions: rank votes[/dim]\n\n"
    "doodlestack blend first.npz second.npz --out blend.csv   [dim]probabilities: their mean[/dim]"
)


def blend(
    files: Annotated[list[Path], typer.Argument(help="Submissions (.csv), or probability files (.npz, .parquet).")],
    out: Annotated[Path, typer.Option(help="The submission to write.")] = Path("blend.csv"),
    weights: Annotated[str | None, typer.Option(help="One a file, with commas; equal by default.")] = None,
) -> None:
    """Blend finished submissions, or files of probabilities, into one submission."""
    from pipelines.blend import blend as blend_files
    from pipelines.blend import parse_weights

    blend_files(files, out, None if weights is None else parse_weights(weights))
    typer.echo(out)
