"""`stacker.json` of a saved meta-model: what it is, and the checksums of itself and of the files beside it.

They are verified on reading, as neither trees nor arrays with a bit flipped look any different.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from ground.errors import BadData, MissingResult
from ground.files import read_json_as, write_json
from ground.files import sha256 as sha256_of_file

FILE = "stacker.json"
CHECKSUM = "sha256"  # of all the rest of it


def write_description(folder: Path, content: dict[str, Any]) -> None:
    """Write `stacker.json`, last of all files of the folder."""
    files = {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in _files(folder)}
    described = {**content, "files": files}
    write_json(folder / FILE, {**described, CHECKSUM: _checksum(described)})


def read_description(folder: Path) -> dict[str, Any]:
    """What was given to `write_description`; raises `MissingResult` without one, `BadData` where a file is damaged."""
    if not (folder / FILE).exists():
        raise MissingResult(f"Expected a saved meta-model in {folder}, received no {FILE}. Stack first.")
    held = read_json_as(folder / FILE, dict[str, Any], f"Delete {folder.parent} and stack again.")
    if held.pop(CHECKSUM, None) != _checksum(held):
        raise _damaged(folder, FILE)
    for name, checksum in held.pop("files", {}).items():
        if not (folder / name).is_file() or sha256_of_file(folder / name) != checksum:
            raise _damaged(folder, name)
    return held


def _checksum(content: dict[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    """All but the description itself."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / FILE)


def _damaged(folder: Path, name: str) -> BadData:
    return BadData(
        f"Expected a meta-model as it was saved in {folder}, received another {name} than its checksum says. "
        f"Delete {folder.parent} and stack again."
    )
