"""An architecture's own arguments, read from its function, as settings."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

from pydantic import create_model

from ground.errors import BadSettings
from ground.settings import Settings


def arguments_of(build: Callable[..., Any], name: str) -> Settings:
    """What `build` takes after (input_shape, classes), at the defaults; types are its annotations or the defaults'.

    Raises `BadSettings` for an argument without a default, or whose default is not of its type.
    """
    own = list(signature(build, eval_str=True).parameters.values())[2:]
    for argument in own:
        if argument.default is Parameter.empty:
            raise BadSettings(f"Expected a default for every further argument of {name}, '{argument}' has none.")
    fields: dict[str, Any] = {argument.name: (_type(argument), argument.default) for argument in own}
    return create_model(name, __base__=Settings, **fields).of({}, source=f"the defaults of {name}'s arguments")


def _type(argument: Parameter) -> Any:
    return type(argument.default) if argument.annotation is Parameter.empty else argument.annotation
