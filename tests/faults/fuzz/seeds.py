"""The drawings behind the whole files: doodles, and a few real ones where at hand."""

import itertools
import tempfile
from functools import cache
from pathlib import Path

from features.bad_rows import BadRows
from features.doodles import write_doodles
from features.drawings import Drawings
from features.formats import read, sources
from tests.features.real_drawings import BESIDE

CLASSES = ("The Eiffel Tower", "cat")  # in order
DOODLES, REAL = 8, 8  # drawings a class: simplified some 10 KB, raw some 40 KB


@cache
def csv_text(word: str, form: str) -> bytes:
    """Kaggle's CSV of one class; `form` is simplified or raw."""
    text = _doodles()[f"train_{form}/{word}.csv"]
    real = BESIDE / "quickdraw-21" / f"train_{form}" / f"{word}.csv"
    if real.exists():
        with real.open("rb") as lines:
            text += b"".join(itertools.islice(lines, 1, 1 + REAL))
    return text


@cache
def drawings(word: str, form: str) -> Drawings:
    """The same as drawings, labelled by `CLASSES`; raw ones are reduced and have times."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{form}_{word}.csv"
        path.write_bytes(csv_text(word, form))
        return Drawings.concat(read(sources(path)[0], BadRows(Path(folder) / "bad_rows.csv", share=0), CLASSES))


@cache
def _doodles() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        write_doodles(data, drawings_per_class=DOODLES, test_per_class=1, raw_share=1.0)
        return {path.relative_to(data).as_posix(): path.read_bytes() for path in data.rglob("*.csv")}
