"""Imports between the rooms go one way."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "ground": set(),
    "features": {"ground"},
    "oof": {"ground"},
    "base_models": {"features", "oof", "ground"},
    "stacking": {"oof", "ground"},
    "pipelines": {"ground", "features", "oof", "base_models", "stacking"},
}
FILES = [file for room in MAY_IMPORT for file in sorted((ROOT / room).rglob("*.py"))]


def imported(file: Path) -> Iterator[str]:
    """The top-level packages that a file imports anywhere in it, in functions too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively; name the room"
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_imports_only_what_lies_below_it(file):
    room = file.relative_to(ROOT).parts[0]
    ours = set(imported(file)) & ({*MAY_IMPORT, "doodlestack", "tests"} - {room})
    assert ours <= MAY_IMPORT[room]


def test_base_models_are_free_of_tensorflow_but_for_the_operations_that_keras_does_not_use():
    users = {file.name for file in (ROOT / "base_models").rglob("*.py") if "tensorflow" in imported(file)}
    assert users == {"fused_normalisation.py", "depthwise.py"}


def test_every_top_level_folder_with_code_is_a_room():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == {*MAY_IMPORT, "tests"}


def test_no_room_is_named_as_a_module_of_the_standard_library():
    assert not sys.stdlib_module_names & {*MAY_IMPORT, "doodlestack"}
