"""Real drawings for tests, where at hand: in `DOODLESTACK_REAL_DATA`, or in `shared/data` beside the project."""

import csv
import itertools
import json
import os
from pathlib import Path

import pytest

from features.drawings import Drawings

BESIDE = Path(__file__).parents[3] / "shared" / "data"


def real_drawings(count: int, folder: str = "quickdraw-21") -> Drawings:
    """About `count` simplified drawings, the first ones of every class; skips the test where there are none."""
    root = Path(os.environ.get("DOODLESTACK_REAL_DATA", BESIDE)) / folder / "train_simplified"
    files = sorted(root.glob("*.csv"))
    if not files:
        pytest.skip(f"no real drawings in {root}; set DOODLESTACK_REAL_DATA to the folder that holds {folder}")
    return Drawings.from_strokes([strokes for file in files for strokes in _first(file, -(-count // len(files)))])


def _first(file: Path, count: int) -> list:
    with file.open(newline="", encoding="utf-8") as lines:
        return [json.loads(row["drawing"]) for row in itertools.islice(csv.DictReader(lines), count)]
