"""Stacking at many classes and many rows: `python -m tests.benchmarks.stack`.

Rows are drawn (`stack_rows` says how), kept in OOF stores and read from there. Every way to stack them works in a
process of its own, whose peak memory is with all that it imports and with the rows, and all answer the same test rows.
From `SCALE` rows on, only blends and our ranker are tried.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from ground.threads import threads
from tests.benchmarks.options import Folder, Json, Seed, run
from tests.benchmarks.room import temporary_folder
from tests.benchmarks.stack_peers import AUTOGLUON, NEEDS, installed
from tests.benchmarks.stack_process import Done, done
from tests.benchmarks.table import Row, publish

OURS, REFERENCE, NOTHING = "lambdarank", "multiclass", "nothing"
LINEAR = "linear"  # the quicker one of ours
BLEND = "weighted"  # ours, against a peer's
BLENDS, OTHERS = ("mean", "geometric", BLEND), (LINEAR, "xendcg", "binary")
SCALE = 100_000  # rows; from there on multiclass and peers would take days
ROWS, CLASSES, LEAST_TIMES, MOST_SHARE = 20_000, 340, 25, 0.25  # of multiclass's memory: the bars, and their size
MANY_ROWS, MOST_MEMORY, MOST_MINUTES = 1_000_000, 16.0, 30.0  # GB: likewise
FEW = 500  # rows that our ranker is compiled on
GB, MINUTE = 1e9, 60.0
DISK = 2.3  # bytes a row, class and model: halves, and a tenth of them more for the test rows


@dataclass(frozen=True)
class Size:
    """What is stacked."""

    rows: int
    classes: int
    models: int
    statistics: int
    seed: int

    def __str__(self) -> str:
        return f"{self.classes} classes × {self.rows:,} rows × {self.models} models"

    def tried(self, folder: Path, way: str, limit: float = 0) -> Done:
        """One way on the rows in `folder`; trees a class end at a `limit`, in seconds."""
        return done("stack_method", folder, way, self.models, self.classes, limit, threads(), self.seed)

    def stored(self, folder: Path) -> Done:
        """Draw the rows and keep them in `folder`."""
        return done("stack_store", folder, self.rows, self.classes, self.models, self.statistics, self.seed)


def measure(folder: Path, size: Size, limit: float, peers: bool) -> dict[str, list[Row]]:
    """The tables: every way by itself, then ours against multiclass or, at scale, against room and time."""
    compile_ours(folder / "few", replace(size, rows=FEW))
    stored = size.stored(folder)
    at_scale = size.rows >= SCALE
    ways = [*BLENDS, OURS, *(() if at_scale else (*OTHERS, REFERENCE)), *(installed() if peers else ())]
    found = {way: size.tried(folder, way, limit) for way in ways}
    tables = {str(size): [row for way, one in found.items() for row in by_itself(way, one)]}
    if at_scale:
        tables["as a whole"] = whole(size, stored, found[OURS])
    else:
        nothing = size.tried(folder, NOTHING).peak_memory
        tables["against multiclass"] = against(size, found[OURS], found[REFERENCE], nothing)
    if peers:
        tables["against peers"] = [row for way in installed() for row in against_peer(way, found)]
    return tables


def compile_ours(folder: Path, few: Size) -> None:
    """Use our ranker once: numba compiles once an installation, and a fit should not be said to take that long."""
    few.stored(folder)
    few.tried(folder, OURS)


def by_itself(way: str, one: Done) -> list[Row]:
    """What a way comes to."""
    low, high = one.answer["interval"]
    name = f"{way}, {one.answer['note']}" if one.answer["note"] else way
    return [
        Row(f"{name}: MAP@3 of {one.answer['rows']:,} test rows, 95 % {low:.4f} – {high:.4f}", one.map_at_3, ""),
        Row(f"{way}: fit", one.answer["fit"], "s"),
        Row(f"{way}: predict", one.answer["rows"] / one.answer["predict"], "rows/s"),
        Row(f"{way}: peak memory", one.peak_memory / GB, "GB"),
    ]


def against(size: Size, ours: Done, reference: Done, nothing: int) -> list[Row]:
    """Ours and LightGBM's multiclass; `nothing` are the bytes of a process that has read the rows and fits nothing.

    What a fit holds at its peak is what its process has beyond that one: Python, its libraries and the rows, which
    no fit can do without, are by themselves more than a quarter of multiclass's process.
    """
    asked = size.rows >= ROWS and size.classes >= CLASSES
    fits = (ours.peak_memory - nothing) / max(reference.peak_memory - nothing, 1)
    return [
        Row(f"{OURS} ÷ {REFERENCE}: speed of the fit", _times(ours, reference), "×", LEAST_TIMES if asked else None),
        Row(f"{OURS} less {REFERENCE}: MAP@3", ours.map_at_3 - reference.map_at_3, "", 0.0 if asked else None),
        Row(f"{OURS} ÷ {REFERENCE}: peak memory of the fit", fits, "", MOST_SHARE if asked else None, "≤"),
        Row(f"{OURS} ÷ {REFERENCE}: peak memory of the process", ours.peak_memory / reference.peak_memory, ""),
        Row("peak memory with the rows read and nothing fitted", nothing / GB, "GB"),
    ]


def whole(size: Size, stored: Done, ours: Done) -> list[Row]:
    """Store, candidates, fit and predict together; what it takes to draw the rows is left out."""
    asked = size.rows >= MANY_ROWS and size.classes >= CLASSES
    storing, parts = stored.answer["storing"], ("read", "fit", "predict")
    minutes = (storing + sum(ours.answer[part] for part in parts)) / MINUTE
    memory = max(stored.peak_memory, ours.peak_memory) / GB
    return [
        Row("store: write", storing / MINUTE, "min"),
        *(Row(f"{OURS}: {part}", ours.answer[part] / MINUTE, "min") for part in parts),
        Row("store, candidates, fit, predict", minutes, "min", MOST_MINUTES if asked else None, "≤"),
        Row("peak memory", memory, "GB", MOST_MEMORY if asked else None, "≤"),
    ]


def against_peer(way: str, found: Mapping[str, Done]) -> list[Row]:
    """Our ranker, our linear correction and a peer; where the peer is a blend, a number a model, our blend too."""
    rows = []
    for name in (OURS, LINEAR, BLEND) if way == AUTOGLUON else (OURS, LINEAR):
        more = found[name].map_at_3 - found[way].map_at_3
        rows.append(Row(f"{name} less {way}: MAP@3", more, "", 0.0))
        rows.append(Row(f"{name} ÷ {way}: speed of the fit", _times(found[name], found[way]), "×", 1.0))
    return rows


def _times(ours: Done, theirs: Done) -> float:
    return float(theirs.answer["fit"] / ours.answer["fit"])


def main(
    rows: Annotated[int, typer.Option(min=50, help="OOF rows; a tenth as many test rows come with them.")] = ROWS,
    classes: Annotated[int, typer.Option(min=4, help="Classes.")] = CLASSES,
    models: Annotated[int | None, typer.Option(min=1, help="Base models; 3, or 5 from 100,000 rows on.")] = None,
    statistics: Annotated[int, typer.Option(min=0, help="Statistics a drawing.")] = 8,
    limit: Annotated[float, typer.Option(min=1, help="Seconds after which trees a class are stopped.")] = 3600,
    peers: Annotated[
        bool, typer.Option(help="Also scikit-learn's stacking, AutoGluon's blend and its LightGBM.")
    ] = False,
    seed: Seed = 0,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Our ranker over candidate rows against LightGBM multiclass, blends and peers; at scale, room and time."""
    models = models or (5 if rows >= SCALE else 3)
    size = Size(rows, classes, models, statistics, seed)
    if peers and rows < SCALE and (absent := sorted(NEEDS.keys() - {*installed()})):
        print(f"{', '.join(absent)} left out: not installed (pip install 'doodlestack[peers]')", file=sys.stderr)
    with temporary_folder(folder, DISK * rows * classes * models) as place:
        publish(measure(place, size, limit, peers and rows < SCALE), json)


if __name__ == "__main__":
    run(main)
