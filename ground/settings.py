"""Frozen, typed settings whose errors name the nearest setting that exists."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ground.errors import BadSettings


class Settings(BaseModel):
    """Base of every settings class: frozen, nothing unknown, defaults checked too."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def of(cls, values: dict[str, Any], source: str = "the settings") -> Self:
        """Build from plain values; raises `BadSettings` with one line for each thing that is wrong."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            lines = [_line(cls, dict(problem)) for problem in error.errors()]
            raise BadSettings(f"In {source}:\n  " + "\n  ".join(lines)) from None

    def but(self, **changes: Any) -> Self:
        """A checked copy with some fields changed."""
        return type(self).of({**self.model_dump(), **changes})

    def not_by_default(self) -> dict[str, Any]:
        """What is not as it is by default, as plain values: the same though settings that came since are there too."""
        return self.model_dump(mode="json", exclude_defaults=True)


def differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Dotted names of the settings whose value differs, each with the old and the new value."""
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from ((f"{key}.{name}", pair) for name, pair in differences(before, after))
        elif before != after:
            yield key, (before, after)


def nearest(name: str, known: list[str]) -> str:
    """A hint such as ``; did you mean 'folds'?``, or the list of what exists when nothing is near."""
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else f"; known are: {', '.join(sorted(known)) or 'none'}"


def merge(*tables: dict[str, Any]) -> dict[str, Any]:
    """Nested tables laid over each other; the later one's values win."""
    merged: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            both = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = merge(merged[key], value) if both else value
    return merged


def _line(cls: type[BaseModel], problem: dict[str, Any]) -> str:
    path = [str(part) for part in problem["loc"]]
    if not path:  # of several settings together
        return str(problem["msg"])
    name = ".".join(path)
    if problem["type"] != "extra_forbidden":
        return f"{name}: {problem['msg']}, received {problem['input']!r}"
    for part in path[:-1]:
        inner = cls.model_fields[part].annotation if part in cls.model_fields else None
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            cls = inner
    return f"unknown setting '{name}'{nearest(path[-1], list(cls.model_fields))}"
