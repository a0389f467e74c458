"""The registered base models, as a terminal shows them: all in one table, or one in detail."""

import math

import keras
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from base_models.footprint import Footprint, footprint_of
from base_models.registry import MODELS, BaseModel, model_named
from base_models.settings import TrainSettings
from features.inputs import ModelInput
from pipelines.memory import Memory
from pipelines.report.numbers import size, whole

CLASSES = 340  # the competition's; fewer make the last layer smaller, and little else


def models_table(memory: Memory) -> Group:
    """A line a model; those with a known footprint are not built, which would take minutes."""
    table = Table("model", "input", "feed", "weights", "size", "to train", "fits", box=None, padding=(0, 1, 0, 0))
    for column in table.columns[3:6]:
        column.justify = "right"
    for name, model in sorted(MODELS.items()):
        settings = model.settings({})
        inputs = model.inputs_for(settings)
        footprint = _footprint(model, inputs, settings)
        needed = footprint.training_bytes(settings.batch_size)
        fits = needed <= memory.free
        table.add_row(
            name,
            _seen(inputs),
            settings.feed,
            f"{footprint.parameters / 1e6:.1f} M",
            size(footprint.weight_bytes),
            size(needed),
            "yes" if fits else "no",
            style="" if fits else "dim",
        )
    return Group(table, f"to train: a batch of the model's own size, {_estimate(memory)}")


def model_in_detail(name: str, memory: Memory) -> Group:
    """One model, built; raises `UnknownModel` where there is none of this name."""
    model = model_named(name)
    settings = model.settings({})
    inputs = model.inputs_for(settings)
    network = _built(model, inputs, settings)
    footprint = footprint_of(network)
    needed = footprint.training_bytes(settings.batch_size)
    trained = sum(math.prod(weight.shape) for weight in network.trainable_weights)
    facts = Table.grid(padding=(0, 2))
    facts.add_row("input", _seen(inputs))
    facts.add_row("feed", settings.feed)
    facts.add_row("parameters", f"{whole(footprint.parameters)}, {whole(trained)} of them trained")
    facts.add_row("size", size(footprint.weight_bytes))
    facts.add_row("to train", f"{size(needed)} for a batch of {settings.batch_size}, {_estimate(memory)}")
    facts.add_row("fits", "yes" if needed <= memory.free else "no")
    heading = Text.assemble((name, "bold"), f"  {model.summary}")
    return Group(heading, facts, *_own_settings(model, settings))


def _own_settings(model: BaseModel, settings: TrainSettings) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for name, field in type(model.arguments).model_fields.items():
        table.add_row(f"network.{name}", repr(settings.network[name]), field.description)
    for name in sorted(model.train.keys() - {"network"}):
        table.add_row(name, repr(getattr(settings, name)), "")
    how = f"\nIts own defaults, varied by --set train_by_model.{model.name}.…=VALUE:"
    return [how, table] if table.row_count else []


def _footprint(model: BaseModel, inputs: ModelInput, settings: TrainSettings) -> Footprint:
    if model.footprint is not None:
        return model.footprint(inputs.shape[0], CLASSES)
    return footprint_of(_built(model, inputs, settings))


def _built(model: BaseModel, inputs: ModelInput, settings: TrainSettings) -> keras.Model:
    """From scratch: the weights that it would begin with change no number here, and need not be at hand."""
    scratch = {"weights": ""} if settings.network.get("weights") == "imagenet" else {}
    return model.build(inputs.shape, CLASSES, **settings.network | scratch)


def _seen(inputs: ModelInput) -> str:
    if isinstance(inputs.shape, dict):  # their names would be too long for the table
        return " + ".join("×".join(map(str, shape)) for shape in inputs.shape.values())
    return f"{type(inputs).__name__} {'×'.join(map(str, inputs.shape))}"


def _estimate(memory: Memory) -> str:
    return f"{CLASSES} classes, float32, as estimated; free: {size(memory.free)} of {memory.place}"
