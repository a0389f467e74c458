"""The registry: one dictionary, filled by one decorator; a model's name is its function's name."""

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base_models.settings import TrainSettings
from features.inputs import ModelInput
from ground.errors import BadSettings, UnknownModel
from ground.settings import merge, nearest

if TYPE_CHECKING:
    import keras

Build = Callable[[tuple[int | None, ...], int], "keras.Model"]


@dataclass(frozen=True)
class BaseModel:
    """A registered architecture."""

    name: str
    build: Build  # (input shape without the batch, number of classes) -> model that gives probabilities (B, C)
    inputs: ModelInput  # what it sees of a drawing
    train: dict[str, Any] = field(default_factory=dict)  # its own defaults of TrainSettings

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (self.build.__doc__ or "").strip().partition("\n")[0]

    def settings(self, values: dict[str, Any]) -> TrainSettings:
        """Its training settings: `values`, as far as they go, over the model's own defaults, over the general ones."""
        return TrainSettings.of(merge(self.train, values), source=f"the training settings of {self.name}")


MODELS: dict[str, BaseModel] = {}


def base_model(inputs: ModelInput, train: dict[str, Any] | None = None) -> Callable[[Build], Build]:
    """Register the decorated function as a base model under its own name.

    `inputs` says what the model sees; `train` gives its own defaults of `TrainSettings`. The function takes the
    input shape and the number of classes and gives a `keras.Model` whose output is probabilities (softmax).
    Raises `BadSettings` when the name is taken or a default isn't a setting.
    """

    def register(build: Build) -> Build:
        name = build.__name__
        if name in MODELS:
            raise BadSettings(f"Expected a new name for a base model, received '{name}', which is taken. Rename yours.")
        TrainSettings.of(train or {}, source=f"the training defaults of {name}")
        MODELS[name] = BaseModel(name, build, inputs, train or {})
        return build

    return register


def load_models(files: Sequence[str | Path] = ()) -> None:
    """Import the built-in architectures and the user's own model `files`; each is imported once.

    Raises `BadSettings` when a file is not there or registers nothing.
    """
    from base_models import architectures

    for module in pkgutil.iter_modules(architectures.__path__, f"{architectures.__name__}."):
        importlib.import_module(module.name)
    for file in files:
        _import_file(Path(file).resolve())


def model_named(name: str) -> BaseModel:
    """The registered model; raises `UnknownModel`, naming the nearest, when there is none."""
    if name not in MODELS:
        raise UnknownModel(f"Expected a registered base model, received '{name}'{nearest(name, list(MODELS))}")
    return MODELS[name]


def _import_file(file: Path) -> None:
    module_name = f"user_models.{file.stem}_{abs(hash(str(file)))}"
    if module_name in sys.modules:
        return
    if not file.is_file():
        raise BadSettings(f"Expected a Python file with base models, received {file}, which is not there.")
    before = len(MODELS)
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise BadSettings(f"Expected a Python file (.py) with base models, received {file}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    if len(MODELS) == before:
        raise BadSettings(f"Expected a function decorated with @base_model in {file}, received none.")
