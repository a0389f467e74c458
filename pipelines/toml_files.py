"""TOML in and out, for settings: the standard library reads it but does not write it."""

import json
import tomllib
from pathlib import Path
from typing import Any

from ground.errors import BadSettings, MissingResult
from ground.files import whole_file


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; raises `MissingResult` when there is none, `BadSettings` when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingResult(f"Expected settings in {path}, there is no such file.") from None
    except (ValueError, RecursionError, OSError) as error:  # tomllib's own, no UTF-8, endless digits or nesting
        raise BadSettings(f"Expected TOML in {path}, received something else: {error}.") from error


def write_toml(path: Path, values: dict[str, Any]) -> None:
    """Write plain values (strings, numbers, booleans, lists, nested tables) as TOML; None is left out."""
    with whole_file(path) as temporary:
        temporary.write_text("\n".join(_table(values, ())) + "\n", encoding="utf-8")


def _table(values: dict[str, Any], name: tuple[str, ...]) -> list[str]:
    plain = [f"{_key(key)} = {_value(value)}" for key, value in values.items() if not isinstance(value, dict | None)]
    lines = ["", f"[{'.'.join(map(_key, name))}]"] if name and (plain or not values) else []
    lines += plain
    for key, value in values.items():
        if isinstance(value, dict):
            lines += _table(value, (*name, key))
    return lines


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _json(key)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, float):
        return repr(value)
    return _json(value)


def _json(value: Any) -> str:
    """JSON's strings, whole numbers, true and false are TOML's, but for the delete sign, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
