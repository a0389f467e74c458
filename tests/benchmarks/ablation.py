"""What each setting of training is worth by itself: `python -m tests.benchmarks.ablation --data FOLDER --out RUN`.

One model is trained without one fold with a base setting (a preset's and what `--set` changes), then again with each
setting of `CRAFT` switched on alone, from the same seed: the same first weights and, where a setting leaves them alone,
the same order and augmentations. All see as many drawings, to half an epoch: where a setting leaves drawings out, its
epochs are more, where test drawings are learned too, fewer. The teacher is the base training, of the same first
weights. All answer the drawings of the fold. What is done stays in RUN: the same command goes on, also in the middle
of a training.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from base_models.records import DONE, TrainingRecord
from base_models.registry import BaseModel, model_named
from base_models.settings import TrainSettings
from features.shards import Shards
from features.shuffle import shuffle
from features.shuffle_plan import REPORT
from ground.errors import BadSettings, RunChanged
from ground.files import whole_file
from ground.settings import merge, nearest
from oof.folds import fold_of
from oof.scores import average_precision_at_3, interval, paired_bootstrap
from pipelines.layers import Layer, changes_layer, preset_layer, resolve
from pipelines.settings import RunSettings
from tests.benchmarks.options import Json, run
from tests.benchmarks.table import Row, publish

Values = Mapping[str, Any]
Precisions = dict[str, NDArray[np.float64]]  # by setting, (n,) the average precision of each held-out drawing

BASE = "base"
CRAFT: dict[str, Values] = {
    "schedule=cosine": {"schedule": "cosine"},
    "weight_decay=0": {"weight_decay": 0.0},
    "label_smoothing=0": {"label_smoothing": 0.0},
    "ema=0.99": {"ema": 0.99},
    "average_checkpoints=3": {"average_checkpoints": 3},
    "mixup=0.2": {"mixup": 0.2},
    "cutmix=1": {"cutmix": 1.0},
    "flip=0.5": {"augmentation": {"flip": 0.5}},
    "rotate=10": {"augmentation": {"rotate": 10.0}},
    "scale=0.12": {"augmentation": {"scale": 0.12}},
    "shear=0.1": {"augmentation": {"shear": 0.1}},
    "shift=6": {"augmentation": {"shift": 6.0}},
    "drop_stroke=0.1": {"augmentation": {"drop_stroke": 0.1}},
    "jitter=1.5": {"augmentation": {"jitter": 1.5}},
    "flip=0.5 and views=2": {"augmentation": {"flip": 0.5}, "views": 2},
    "unrecognized=drop": {"unrecognized": "drop"},
    "unrecognized=0.5": {"unrecognized": 0.5},
    "balance_classes": {"balance_classes": True},
    "discriminant=0.4": {"discriminant": 0.4},
    "small_first=0.5": {"small_first": 0.5},
    "inputs.centred=false": {"inputs": {"centred": False}},
    "batch_size=512": {"batch_size": 512},
    "batch_size=512, scale_rate=sqrt": {"batch_size": 512, "scale_rate": "sqrt"},
    "batch_size=512, scale_rate=linear": {"batch_size": 512, "scale_rate": "linear"},
    "precision=mixed_bfloat16": {"precision": "mixed_bfloat16"},
    "teacher=base": {"teacher": BASE},
    "teacher=base, teacher_share=1": {"teacher": BASE, "teacher_share": 1.0},
    "teacher=base, teacher_share=0, pseudo_labels=0.9": {"teacher": BASE, "teacher_share": 0.0, "pseudo_labels": 0.9},
}
ANSWERS = "answers.npy"


@dataclass(frozen=True)
class Trial:
    """One training after the other, of one model without one fold."""

    model: BaseModel
    shards: Shards
    fold: int
    folds: int
    seed: int
    until: float  # of `time.monotonic`; then the training under way is put down

    def precision(self, settings: TrainSettings, out: Path) -> NDArray[np.float64]:
        """(n,) the average precision of each held-out drawing, from what `out` holds or a training into it.

        Raises `KeyboardInterrupt` where the time is over, `RunChanged` where `out` is of other settings.
        """
        from base_models.prediction import load_network, predict
        from base_models.training import train_fold

        held_out = np.flatnonzero(fold_of(self.shards.key_id, self.folds) == self.fold)
        if not (out / DONE).exists():
            given = self.model, self.shards, self.fold, self.folds, settings, out, self.seed
            teachers = [out.parent / settings.teacher] if settings.teacher else []
            train_fold(*given, teachers=teachers, stop=lambda: self.is_over)
        _require_same(out, {"settings": settings.model_dump(mode="json"), "fold": self.fold, "folds": self.folds})
        if not (out / ANSWERS).exists():
            network, inputs = load_network(out / "model.keras"), self.model.inputs_for(settings)
            with whole_file(out / ANSWERS) as temporary, temporary.open("wb") as file:
                np.save(file, predict(network, inputs, self.shards, held_out, settings))
        return average_precision_at_3(np.load(out / ANSWERS), self.shards.label[held_out].astype(np.int64))

    def equally_long(self, base: TrainSettings) -> TrainSettings:
        """The same settings, their length said in drawings seen: so it stays what it is where drawings are dropped."""
        from base_models.plan import make_plan

        plan = make_plan(self.model, self.shards, self.fold, self.folds, base, self.seed)
        return base.but(epochs=f"{len(plan.rows) * plan.epochs} drawings")

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self.until


def measure(trial: Trial, base: TrainSettings, craft: Mapping[str, Values], out: Path) -> list[Row]:
    """The rows of what was done in the time: the base and, against it, each setting that it does not have already."""
    base = trial.equally_long(base)
    differing = {name: base.but(**merge(base.model_dump(), dict(values))) for name, values in craft.items()}
    wanted = {BASE: base, **{name: settings for name, settings in differing.items() if settings != base}}
    found: Precisions = {}
    try:
        for name, settings in wanted.items():
            if not trial.is_over:
                found[name] = trial.precision(settings, out / name)
    except KeyboardInterrupt:
        if not trial.is_over:
            raise
    if left := [name for name in wanted if name not in found]:
        print(f"time is over; left for the same command: {', '.join(left)}", file=sys.stderr)
    return [row for name in found for row in rows(name, found, TrainingRecord.read(out / name / DONE))]


def rows(name: str, found: Precisions, done: TrainingRecord) -> list[Row]:
    """What one setting comes to."""
    precision = found[name]
    low, high = interval(precision)
    what = f"{name}: MAP@3 of {len(precision):,} held-out drawings, 95 % {low:.4f} – {high:.4f}"
    lines = [Row(what, float(precision.mean()), "MAP@3")]
    if name != BASE:
        gain, low, high = paired_bootstrap(precision, found[BASE])
        lines.append(Row(f"{name}: ahead of {BASE} by (95 % {low:+.4f} – {high:+.4f})", gain, "MAP@3"))
    seen = done.rows * done.epochs
    return [*lines, Row(f"{name}: training on {seen:,} drawings seen", done.seconds, "s")]


def chosen(only: str) -> dict[str, Values]:
    """The settings of `CRAFT` with these names, or all; raises `BadSettings`."""
    names = [name.strip() for name in only.split(";") if name.strip()] or list(CRAFT)
    for name in names:
        if name not in CRAFT:
            raise BadSettings(f"Expected settings of the ablation, received '{name}'{nearest(name, list(CRAFT))}")
    return {name: CRAFT[name] for name in names}


def _require_same(out: Path, wanted: dict[str, Any]) -> None:
    held = TrainingRecord.read(out / DONE)
    changed = [name for name, value in wanted.items() if getattr(held, name) != value]
    if changed:
        raise RunChanged(
            f"Expected in {out} a training of these settings, received one of other {', '.join(changed)}. "
            "Take another --out, or delete it."
        )


def _settings(preset: str, model: str, seed: int, changes: list[str]) -> RunSettings:
    given = Layer({"models": [model], "seed": seed}, "the command line")
    return resolve([*([preset_layer(preset)] if preset else []), given, changes_layer(changes)])


def main(
    data: Annotated[Path, typer.Option(help="Folder of drawings as Kaggle lays it out.", exists=True)],
    out: Annotated[Path, typer.Option(help="Where trainings are kept; the same command goes on there.")],
    model: Annotated[str, typer.Option(help="A registered model.")] = "gray64_cnn",
    preset: Annotated[str, typer.Option(help="What the base setting is; empty: the model's defaults.")] = "",
    change: Annotated[list[str] | None, typer.Option("--set", help="Of the base: folds=5, train.epochs=3, …")] = None,
    only: Annotated[str, typer.Option(help="Some settings of the ablation, parted by ';'.")] = "",
    fold: Annotated[int, typer.Option(min=0, help="The fold that is held out.")] = 0,
    minutes: Annotated[float, typer.Option(min=0, help="After which training is put down; 0: never.")] = 0,
    seed: Annotated[int, typer.Option(help="Of first weights, order, augmentation and mixing.")] = 1,
    json: Json = False,
) -> None:
    """One model on one fold with a base setting, and with each setting of training craft switched on by itself."""
    craft, settings = chosen(only), _settings(preset, model, seed, change or [])
    if not fold < settings.folds:
        raise BadSettings(f"Expected a fold from 0 to {settings.folds - 1}, received {fold}.")
    if not (out / "shards" / REPORT).exists():
        shuffle(data, out / "shards", seed=seed)
    until = time.monotonic() + minutes * 60 if minutes else np.inf
    trial = Trial(model_named(model), Shards.open(out / "shards"), fold, settings.folds, seed, until)
    title = f"{model} without fold {fold} of {settings.folds}, seed {seed}"
    publish({title: measure(trial, settings.train_by_model[model], craft, out)}, json)


if __name__ == "__main__":
    run(main)
