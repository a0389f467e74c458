"""The options that several commands share, and the settings that they make."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.feeds import FeedName

if TYPE_CHECKING:
    from pipelines.layers import Layer
    from pipelines.run_folder import RunFolder
    from pipelines.settings import RunSettings

SETTINGS = "Settings"  # the panel of --help in which these stand
OF_MODELS = {"models", "model_files", "train", "train_by_model"}  # the settings that models have a part in

Run = Annotated[Path, typer.Option("--run", "--out", help="The run folder.", file_okay=False)]
RunBesideOut = Annotated[Path, typer.Option("--run", help="The run folder.", file_okay=False)]  # --out is a file there
Data = Annotated[
    Path | None,
    typer.Option(help="Folder of drawings (Kaggle's CSV or .zip, ndjson, .bin). Without it: embedded doodles."),
]
Pretrain = Annotated[
    Path | None,
    typer.Option(
        help="Folder of other drawings, maybe of other classes, that every model learns first.",
        exists=True,
        file_okay=False,
        rich_help_panel=SETTINGS,
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        help="demo, cpu, gpu, full, baseline. Default: cpu with --data, demo without.", rich_help_panel=SETTINGS
    ),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", help="A TOML file over the preset, such as another run's run.toml.", rich_help_panel=SETTINGS
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any setting, such as train.epochs=5.", rich_help_panel=SETTINGS),
]
Models = Annotated[
    str | None,
    typer.Option(
        help="Base models, with commas (`doodlestack models` lists them). NAME@LABEL: one more of an architecture.",
        rich_help_panel=SETTINGS,
    ),
]
ModelFiles = Annotated[
    list[Path] | None,
    typer.Option("--model-file", help="A Python file with base models of your own.", rich_help_panel=SETTINGS),
]
Folds = Annotated[int | None, typer.Option(help="Cross-validation folds.", rich_help_panel=SETTINGS)]
Holdout = Annotated[
    int | None,
    typer.Option(
        metavar="SHARDS",
        help="Set aside so many of the 100 cv shards; the kept method is scored on them once.",
        rich_help_panel=SETTINGS,
    ),
]
Layers = Annotated[int | None, typer.Option(help="2: stack the meta-models' answers again.", rich_help_panel=SETTINGS)]
Seed = Annotated[int | None, typer.Option(help="The seed of everything random.", rich_help_panel=SETTINGS)]
Epochs = Annotated[int | None, typer.Option(help="Epochs of every model.", rich_help_panel=SETTINGS)]
Feed = Annotated[
    FeedName | None,
    typer.Option(help="What reads the drawings for training. Default: shards.", rich_help_panel=SETTINGS),
]
Workers = Annotated[
    int | None, typer.Option(help="Processes on this machine; 0 = as many as fit.", rich_help_panel=SETTINGS)
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="A dask scheduler whose workers take the tasks.", rich_help_panel=SETTINGS),
]
Deterministic = Annotated[
    bool,
    typer.Option("--deterministic", help="Train to the same bits again on the same machine.", rich_help_panel=SETTINGS),
]
TensorBoard = Annotated[
    bool,
    typer.Option(
        "--tensorboard", help="Also for TensorBoard: tensorboard --logdir RUN/models.", rich_help_panel=SETTINGS
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Delete results of other settings and make them anew.")]


@dataclass(frozen=True)
class Given:
    """The settings options of one call; None where an option was not given."""

    data: Path | None = None
    preset: str | None = None
    settings: Path | None = None
    changes: list[str] | None = None
    models: str | None = None
    model_files: list[Path] | None = None
    folds: int | None = None
    seed: int | None = None
    epochs: int | None = None
    feed: FeedName | None = None
    workers: int | None = None
    scheduler: str | None = None
    deterministic: bool = False
    tensorboard: bool = False
    holdout: int | None = None
    layers: int | None = None
    pretrain: Path | None = None

    def resolved(self) -> "RunSettings":
        """The complete settings of a new run: the preset, over it the file, over it the command line."""
        from pipelines.layers import resolve

        return resolve(self._layers())

    def begun(self, run: "RunFolder") -> "RunSettings":
        """The same for a shuffle: models are asked only where those of the run folder have been, to compare them."""
        from pipelines.changes import read_settings
        from pipelines.layers import begin

        asked = run.settings.exists() and read_settings(run).asked_models
        return self.resolved() if asked else begin(self._layers())

    def begins(self, run: "RunFolder") -> bool:
        """Whether a new run is meant, rather than the one that is there: a run begins with data, a preset or a file."""
        return bool(self.data or self.preset or self.settings) or not run.settings.exists()

    def complete(self, run: "RunFolder") -> "RunSettings":
        """The complete settings of a new run or, where none is meant, the run folder's with what was given over them.

        Nothing is written.
        """
        return self.resolved() if self.begins(run) else self.laid_over(run, ask_models=True)

    def _layers(self) -> "list[Layer]":
        from pipelines.layers import Layer, changes_layer, file_layer, preset_layer

        file = [file_layer(self.settings)] if self.settings else []
        named = (layer.values.get("preset") for layer in file)
        preset = self.preset or next(filter(None, named), "cpu" if self.data else "demo")
        own = Layer({**self._values(), "preset": preset}, "the command line")
        return [preset_layer(preset), *file, changes_layer(self.changes or []), own]

    def over(self, run: "RunFolder", force: bool = False, ask_models: bool = False) -> "RunSettings":
        """The settings that a run folder has, with what was given laid over them and written there."""
        from pipelines.changes import read_settings, write_settings

        settings = self.laid_over(run, ask_models)
        if settings != read_settings(run):
            write_settings(run, settings, force)
        return settings

    def laid_over(self, run: "RunFolder", ask_models: bool = False) -> "RunSettings":
        """The settings that a run folder has, with what was given laid over them; nothing is written.

        Models are asked where something of theirs is given, else only if `ask_models`.
        """
        from pipelines.changes import read_settings
        from pipelines.layers import Layer, begin, changes_layer, completed, file_layer, resolve

        held = read_settings(run)
        own = [changes_layer(self.changes or []), Layer(self._values(), "the command line")]
        layers = [file_layer(run.settings), *own]
        if any(OF_MODELS & layer.values.keys() for layer in own):
            return resolve(layers)
        settings = begin(layers).but(train_given=held.train_given, train_by_model=held.train_by_model)
        return completed(settings) if ask_models else settings

    def _values(self) -> dict[str, Any]:
        """The given options as nested settings."""
        training = {"epochs": self.epochs, "feed": self.feed}
        direct = {
            "data": None if self.data is None else str(self.data),
            "pretrain": None if self.pretrain is None else str(self.pretrain),
            "models": None if self.models is None else [name.strip() for name in self.models.split(",")],
            "model_files": [str(file) for file in self.model_files or []] or None,
            "folds": self.folds,
            "holdout": self.holdout,
            "stack": None if self.layers is None else {"layers": self.layers},
            "seed": self.seed,
            "train": {name: value for name, value in training.items() if value is not None} or None,
            "workers": self.workers,
            "scheduler": self.scheduler,
            "deterministic": self.deterministic or None,
            "tensorboard": self.tensorboard or None,
        }
        return {name: value for name, value in direct.items() if value is not None}
