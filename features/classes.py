"""The class list: its order, its file, and the two ways in which a class name is written."""

from collections.abc import Iterable
from pathlib import Path

from ground.errors import BadData
from ground.files import read_json_as, write_json

MOST_CLASSES = 32_767  # labels are int16
NOT_TEXT = "\ufffd"  # what decoding puts where bytes are no UTF-8


def in_order(words: Iterable[str]) -> tuple[str, ...]:
    """The classes in the order that every later step uses: alphabetical, capitals first, each once."""
    return tuple(sorted({word.replace("_", " ") for word in words}))


def write_classes(path: Path, classes: tuple[str, ...]) -> None:
    """Write `classes.json`: a JSON list of names with spaces, in order."""
    write_json(path, list(classes))


def read_classes(path: Path) -> tuple[str, ...]:
    """Read `classes.json`; raises `BadData` when it is not a list of different names."""
    classes = read_json_as(path, tuple[str, ...])
    different = len(set(classes))
    if different != len(classes) or not 0 < different <= MOST_CLASSES or not all(map(is_name, classes)):
        received = f"{len(classes)} names, {different} of them different"
        raise BadData(f"Expected 1 to {MOST_CLASSES:,} different class names in {path}, received {received}.")
    return classes


def is_name(word: str) -> bool:
    """Whether a word can name a class: it is not empty, and of letters and signs that were text."""
    return bool(word.strip()) and word.isprintable() and NOT_TEXT not in word
