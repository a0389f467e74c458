"""Every model, trained for the same time: `python -m tests.benchmarks.equal_time --data FOLDER --out RUN`.

First each model trains for one epoch, which tells its pace; then all train each fold for as many epochs as fit into
`--minutes`. Out-of-fold answers give the table: what each is worth, whether it is ahead of the baseline, and which
models err on the same drawings. RUN is a run folder: the same command goes on there, and `doodlestack stack` after it.
"""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from base_models.records import DONE, TrainingRecord
from features.shards import Shards
from oof.scores import paired_bootstrap
from oof.store import OOFStore
from pipelines.changes import write_settings
from pipelines.layers import Layer, changes_layer, preset_layer, resolve
from pipelines.report.answers import Answers
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.shuffle import shuffle
from pipelines.train import train
from tests.benchmarks.options import Json, Seed, run
from tests.benchmarks.table import Row, publish

BASELINE = "mobilenet_v2"
OURS = (
    "gray64_cnn",
    "rgb128_cnn",
    "stroke_lstm",
    "point_raster",
    "point_transformer",
    "fusion_cnn_lstm",
    "efficientnet_lite0",
    "fusion_lite_lstm",
)
AHEAD = ("gray64_cnn", "rgb128_cnn")  # must be ahead of the baseline, as must the best of these:
STROKE_MODELS = ("stroke_lstm", "point_transformer")
PACE = "1 drawings"  # comes to one epoch, the least there is


def equal_times(folder: Path, settings: RunSettings, minutes: float) -> dict[str, list[Row]]:
    """The tables by title, of a run in `folder` whose models all train a fold for about so many minutes."""
    paces = {name: _pace(folder, settings, name) for name in settings.models}
    lengths = {name: f"{max(1, round(pace * minutes * 60))} drawings" for name, pace in paces.items()}
    whole = RunFolder(folder)
    _train(whole, _with_lengths(settings, lengths))
    return tables(whole, settings)


def tables(folder: RunFolder, settings: RunSettings) -> dict[str, list[Row]]:
    """What the trained models of a run come to."""
    shards = Shards.open(folder.shards)
    answers = {
        name: Answers.read(name, OOFStore(folder.oof(name)), shards.key_id, shards.label) for name in settings.models
    }
    title = f"{len(shards):,} drawings of {len(shards.classes)} classes, {settings.folds} folds, seed {settings.seed}"
    return {
        title: [row for name in settings.models for row in _worth(folder, settings, answers[name])],
        f"ahead of {BASELINE}": ahead(answers),
        "errors in common": [_errors_in_common(*pair) for pair in combinations(answers.values(), 2)],
    }


def _pace(folder: Path, settings: RunSettings, name: str) -> float:
    """Drawings a second of a training process, beside as many others as train side by side."""
    paced = RunFolder(folder / "pace" / name)
    _train(paced, _with_lengths(settings, {name: PACE}), folds=range(min(2, settings.folds)))
    record = TrainingRecord.read(paced.fold(name, 0) / DONE)
    return record.rows * record.epochs / record.seconds


def _train(folder: RunFolder, settings: RunSettings, folds: Sequence[int] = ()) -> None:
    write_settings(folder, settings)
    shuffle(folder, settings)
    train(folder, settings, folds=folds)


def _with_lengths(settings: RunSettings, lengths: dict[str, str]) -> RunSettings:
    by_model = {name: settings.train_by_model[name].but(epochs=length) for name, length in lengths.items()}
    return settings.but(models=list(lengths), train_by_model=by_model)


def _worth(folder: RunFolder, settings: RunSettings, answers: Answers) -> list[Row]:
    name, (low, high) = answers.name, answers.interval
    records = [TrainingRecord.read(folder.fold(name, fold) / DONE) for fold in range(settings.folds)]
    return [
        Row(f"{name}: MAP@3 (95 % {low:.4f} – {high:.4f})", answers.map_at_3, "MAP@3"),
        Row(f"{name}: accuracy", answers.accuracy, ""),
        Row(f"{name}: training of a fold", float(np.mean([record.seconds for record in records])), "s"),
        Row(f"{name}: epochs", float(records[0].epochs), ""),
        Row(f"{name}: weights", float(records[0].parameters), ""),
    ]


def ahead(answers: dict[str, Answers]) -> list[Row]:
    """Whether our models are ahead of the baseline for sure: the lower end of the interval is above 0."""
    if BASELINE not in answers:
        return []
    strokes = sorted((name for name in STROKE_MODELS if name in answers), key=lambda name: answers[name].map_at_3)
    held = [*(name for name in AHEAD if name in answers), *strokes[-1:]]
    rows = []
    for name in (name for name in answers if name != BASELINE):
        gain, low, high = paired_bootstrap(answers[name].precision, answers[BASELINE].precision)
        rows.append(Row(f"{name} (95 % {low:+.4f} – {high:+.4f})", gain, "MAP@3"))
        if name in held:
            rows.append(Row(f"{name}: ahead at least by", low, "MAP@3", bar=0.0))
    return rows


def _errors_in_common(one: Answers, other: Answers) -> Row:
    together, expected = one.wrong_with(other)
    return Row(f"{one.name}, {other.name}: wrong together ÷ if independent", together / max(expected, 1e-9), "×")


def main(
    data: Annotated[Path, typer.Option(help="Folder of drawings as Kaggle lays it out.", exists=True)],
    out: Annotated[Path, typer.Option(help="The run folder; the same command goes on there.")],
    minutes: Annotated[
        float, typer.Option(min=0, help="Training of one model without one fold, as near as whole epochs come.")
    ] = 6,
    models: Annotated[str, typer.Option(help="Names, parted by commas.")] = ",".join((*OURS, BASELINE)),
    folds: Annotated[int, typer.Option(min=2)] = 5,
    change: Annotated[list[str] | None, typer.Option("--set", help="Of the preset cpu: train.batch_size=64, …")] = None,
    seed: Seed = 1,
    json: Json = False,
) -> None:
    """What every model comes to in the same time, with the preset cpu's augmentation and regularisation."""
    given = {
        "data": str(data),
        "models": models.split(","),
        "folds": folds,
        "seed": seed,
        "train": {"small_first": 0.0},
    }
    settings = resolve([preset_layer("cpu"), Layer(given, "the command line"), changes_layer(change or [])])
    publish(equal_times(out, settings, minutes), json)


if __name__ == "__main__":
    run(main)
