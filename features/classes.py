"""The class list: its order, its file, and the two ways in which a class name is written."""

from collections.abc import Iterable
from pathlib import Path

from ground.errors import BadData
from ground.files import read_json, write_json


def in_order(words: Iterable[str]) -> tuple[str, ...]:
    """The classes in the order that every later step uses: alphabetical, capitals first, each once."""
    return tuple(sorted({word.replace("_", " ") for word in words}))


def write_classes(path: Path, classes: tuple[str, ...]) -> None:
    """Write `classes.json`: a JSON list of names with spaces, in order."""
    write_json(path, list(classes))


def read_classes(path: Path) -> tuple[str, ...]:
    """Read `classes.json`; raises `BadData` when it is not a list of different names."""
    classes = read_json(path)
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise BadData(f"Expected a JSON list of class names in {path}, received {type(classes).__name__}.")
    if len(set(classes)) != len(classes) or not classes:
        received = f"{len(classes)} names, {len(set(classes))} of them different"
        raise BadData(f"Expected one or more different class names in {path}, received {received}.")
    return tuple(classes)
