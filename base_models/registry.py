"""The registry: one dictionary, filled by one decorator; a model's name is its function's name."""

import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base_models.arguments import arguments_of
from base_models.settings import TrainSettings
from features.inputs import ModelInput
from features.mixing import require_mixable
from ground.errors import BadSettings, UnknownModel
from ground.settings import Settings, merge, nearest

if TYPE_CHECKING:
    import keras

    from base_models.footprint import Footprint

Build = Callable[..., "keras.Model"]
Known = Callable[[int, int], "Footprint"]  # (pixels, number of classes) -> the footprint, without building

LABEL = re.compile(r"(@[A-Za-z0-9_-]+)?")  # what tells one model from another of the same architecture


@dataclass(frozen=True)
class BaseModel:
    """A registered architecture."""

    name: str
    build: Build  # (shape of `inputs`, number of classes, **arguments) -> model of probabilities (B, C)
    inputs: ModelInput  # what it sees of a drawing, unless its training settings vary that
    train: dict[str, Any] = field(default_factory=dict)  # its own defaults of TrainSettings
    arguments: Settings = field(default_factory=Settings)  # at their defaults; TrainSettings.network varies them
    footprint: Known | None = None  # where it is known, it is not built to be listed

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (self.build.__doc__ or "").strip().partition("\n")[0]

    def settings(self, values: dict[str, Any]) -> TrainSettings:
        """Its training settings: `values`, as far as they go, over the model's own defaults, over the general ones.

        `inputs` and `network` come out complete, so that a run knows what its models were even if defaults change.
        Raises `BadSettings` for what is no setting, and for mixing inputs that cannot be mixed.
        """
        settings = TrainSettings.of(merge(self.train, values), source=f"the training settings of {self.name}")
        arguments = {**self.arguments.model_dump(), **settings.network}
        settings = settings.but(network=self.arguments.of(arguments, f"the network of {self.name}").model_dump())
        inputs = self.inputs_for(settings)
        if settings.mixup or settings.cutmix:
            require_mixable(inputs, self.name)
        return settings.but(inputs=inputs.model_dump()) if isinstance(inputs, Settings) else settings

    def inputs_for(self, settings: TrainSettings) -> ModelInput:
        """What it sees of a drawing under these settings: the one place that training and prediction ask.

        Raises `BadSettings` where `settings.inputs` names what its input does not have.
        """
        source = f"the inputs of {self.name}"
        if isinstance(self.inputs, Settings):
            varied: ModelInput = self.inputs.of(merge(self.inputs.model_dump(), settings.inputs), source)
            return varied
        if settings.inputs:
            raise BadSettings(f"Expected no settings of {source}, which has none, received {settings.inputs}.")
        return self.inputs


MODELS: dict[str, BaseModel] = {}


def base_model(
    inputs: ModelInput,
    train: dict[str, Any] | None = None,
    arguments: Settings | None = None,
    footprint: Known | None = None,
) -> Callable[[Build], Build]:
    """Register the decorated function as a base model under its own name.

    `inputs` says what the model sees; `train` gives its own defaults of `TrainSettings`. The function takes the
    inputs' shape (by name where they are several arrays) and the number of classes and gives a `keras.Model` of
    such inputs whose output is probabilities (softmax). What else it takes, each with a default, a run can set as
    `train_by_model.NAME.network.ARGUMENT`; a function of `**arguments` says in `arguments` which those are.
    `footprint` is for models that are slow to build.
    Raises `BadSettings` when the name is taken or a default isn't a setting.
    """

    def register(build: Build) -> Build:
        name = build.__name__
        if name in MODELS:
            raise BadSettings(f"Expected a new name for a base model, received '{name}', which is taken. Rename yours.")
        own = arguments_of(build, name) if arguments is None else arguments
        model = BaseModel(name, build, inputs, train or {}, own, footprint)
        model.settings({})  # wrong defaults are told here, not at the first training
        MODELS[name] = model
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
    """The registered model; of `gray64_cnn@wide` the model `gray64_cnn`, under that name.

    So one architecture can be in a run several times, each with its own settings, first weights and results. Raises
    `UnknownModel`, naming the nearest, when there is no such model, `BadSettings` where nothing usable follows the @.
    """
    architecture = architecture_of(name)
    if architecture not in MODELS:
        raise UnknownModel(
            f"Expected a registered base model, received '{architecture}'{nearest(architecture, list(MODELS))}"
        )
    if not is_model_name(name):
        raise BadSettings(
            f"Expected letters, digits, _ or - after the @ of {architecture}, such as {architecture}@2, received "
            f"'{name}'."
        )
    return replace(MODELS[architecture], name=name)


def is_model_name(name: str) -> bool:
    """Whether a model can be called so: as a function is, then maybe an @ and a label of letters, digits, _ and -."""
    architecture = architecture_of(name)
    return architecture.isidentifier() and LABEL.fullmatch(name.removeprefix(architecture)) is not None


def architecture_of(name: str) -> str:
    """What is registered of a model's name: all before an @."""
    return name.partition("@")[0]


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
