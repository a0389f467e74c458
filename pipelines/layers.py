"""Where settings come from: defaults, a model's own, a preset, a file, the command line; the later wins."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from base_models.registry import architecture_of, load_models, model_named
from base_models.settings import TrainSettings
from ground.errors import BadSettings
from ground.settings import merge, nearest
from pipelines.keras_start import start_keras
from pipelines.settings import RunSettings
from pipelines.toml_files import read_toml

Values = dict[str, Any]


@dataclass(frozen=True)
class Layer:
    """Some settings as nested plain values, and where they stand, for messages."""

    values: Values
    source: str


def presets() -> list[str]:
    """The names of the presets."""
    return sorted(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml"))


def preset_layer(name: str) -> Layer:
    """A preset's settings; raises `BadSettings` naming the nearest when there is no such preset."""
    if name not in presets():
        raise BadSettings(f"unknown preset '{name}'{nearest(name, presets())}")
    values = tomllib.loads((_folder() / f"{name}.toml").read_text(encoding="utf-8"))
    return Layer({**values, "preset": name}, f"the preset {name}")


def file_layer(path: Path) -> Layer:
    """The settings of a TOML file, `run.toml` of another run for instance."""
    values = read_toml(path)
    given = values.pop("train_given", {})
    return Layer(merge({"train_by_model": given}, values) if given else values, str(path))


def changes_layer(changes: Sequence[str]) -> Layer:
    """Settings from `name=value` or `table.name=value`; a value is TOML, or text where it is not TOML.

    Names may stand in quotes, as `fusion_lite_lstm@2` has to in a file.
    """
    values: Values = {}
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals or not name.strip():
            raise BadSettings(f"Expected name=value for --set (such as train.epochs=5), received '{change}'.")
        *tables, last = (part.strip("\"' ") for part in name.split("."))
        nested: Values = {last: _parse(text.strip())}
        for table in reversed(tables):
            nested = {table: nested}
        values = merge(values, nested)
    return Layer(values, "the command line")


def run_settings(preset: str = "cpu", **changes: Any) -> RunSettings:
    """The settings of a new run, from Python: `run_settings("cpu", data="quickdraw", folds=3, train={"epochs": 5})`."""
    return resolve([preset_layer(preset), Layer(changes, "run_settings")])


def resolve(layers: Sequence[Layer]) -> RunSettings:
    """The complete settings: each layer over those before it, checked, with each chosen model's training in full.

    A model is trained with the defaults of `TrainSettings`, over them the model's own, over them what each layer in
    turn says in `train` and in `train_by_model`, there of its architecture and of itself. Raises `BadSettings` naming
    the layer and the nearest known setting, `UnknownModel` for a model that nothing registers.
    """
    return completed(begin(layers))


def begin(layers: Sequence[Layer]) -> RunSettings:
    """The same as far as no model is asked: what was given for its training waits in `train_given`.

    So a shuffle needs neither the models nor Keras, which takes seconds and half a gigabyte. Whether there are such
    models, and whether their inputs and networks can be set so, is told once they are asked; so what was given for one
    that the run does not have waits too: its name may be misspelt.
    """
    for layer in layers:
        _check(layer)
    merged = merge(*(layer.values for layer in layers))
    settings = RunSettings.of({name: value for name, value in merged.items() if name != "train_by_model"})
    of_run = {*settings.models, *map(architecture_of, settings.models)}
    named = [*settings.models, *(name for name in merged.get("train_by_model", {}) if name not in of_run)]
    return settings.but(
        data=_absolute(settings.data),
        pretrain=_absolute(settings.pretrain),
        model_files=[str(Path(file).resolve()) for file in settings.model_files],
        train_given={name: _given(name, layers) for name in named},
    )


def completed(settings: RunSettings) -> RunSettings:
    """Settings whose models have been asked; raises `UnknownModel`, and `BadSettings` for what one does not have."""
    if settings.asked_models:
        return settings
    start_keras()
    load_models(settings.model_files)
    for name in settings.train_given:
        model_named(name)
    by_model = {name: model_named(name).settings(settings.train_given.get(name, {})) for name in settings.models}
    return settings.but(train_given={}, train_by_model=by_model)


def _given(name: str, layers: Sequence[Layer]) -> Values:
    """What the layers say of all models, over it of this architecture, over it of this very model; the last layer's."""
    values: Values = {}
    for layer in layers:
        by_model = layer.values.get("train_by_model", {})
        of_model = (by_model.get(which, {}) for which in (architecture_of(name), name))
        values = merge(values, layer.values.get("train", {}), *of_model)
    return {**values, **{name: _absolute(values[name]) for name in ("start_from", "teacher") if name in values}}


def _absolute(folder: str) -> str:
    """Workers may run in another folder; empty stays empty."""
    return str(Path(folder).resolve()) if folder else ""


def _check(layer: Layer) -> None:
    """Each layer by itself is a valid set of settings, so that an error can name the layer."""
    RunSettings.of({key: value for key, value in layer.values.items() if key != "train_by_model"}, layer.source)
    TrainSettings.of(layer.values.get("train", {}), f"[train] of {layer.source}")
    for name, values in layer.values.get("train_by_model", {}).items():
        TrainSettings.of(values, f"[train_by_model.{name}] of {layer.source}")


def _parse(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _folder() -> Any:
    return files("pipelines") / "presets"
