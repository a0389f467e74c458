"""What a training writes beside its network, as every later step reads it; it takes no Keras.

history.csv     a line an epoch, from the first one on
progress.json   how the epoch under way stands; there while a training is, as is the state from which it would go on
done.json       what was trained, on what, for how long; written last
"""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from base_models.seen import Seen, Teacher
from ground.errors import BadData, MissingResult
from ground.files import read_json_as

HISTORY, PROGRESS, STATE, DONE = "history.csv", "progress.json", "state.npz", "done.json"
COUNTED = ("epoch", "epochs")  # the columns of whole numbers; those of figures are empty where there is none
COUNT = re.compile("[1-9][0-9]{0,8}", re.ASCII)
FIGURES = ("loss", "accuracy", "map_at_3", "val_loss", "val_accuracy", "val_map_at_3", "learning_rate", "seconds")
COLUMNS = (*COUNTED, *FIGURES)

MOST = 10**12  # drawings, weights, steps or seconds; more are a damaged file's, and no chart could be drawn of them
LARGEST = 1e30  # a loss on its way to infinity

Count = Annotated[int, Field(ge=0, le=MOST)]
Place = Annotated[int, Field(ge=1, le=MOST)]
Seconds = Annotated[float, Field(ge=0, le=MOST)]


@dataclass(frozen=True)
class TrainingRecord:
    """`done.json`."""

    model: str
    fold: Count | None  # None where no fold was held out, as in pretraining
    folds: Place
    seed: int
    rows: Count  # drawings that the weights were fitted to
    epochs: Place
    parameters: Count
    seconds: Seconds  # those before a stop included
    settings: dict[str, Any]  # TrainSettings, complete
    seen: Seen
    teachers: tuple[Teacher, ...] = ()  # whose answers it learned from, and theirs

    @classmethod
    def read(cls, path: Path) -> "TrainingRecord":
        """Raises `MissingResult` where there is none, `BadData` where it is damaged."""
        return read_json_as(path, cls, _mend(path))


@dataclass(frozen=True)
class EpochUnderWay:
    """`progress.json`; the scores are of the rows so far."""

    epoch: Place
    epochs: Place
    step: Count
    steps: Place
    map_at_3: float = math.nan

    @classmethod
    def read(cls, path: Path) -> "EpochUnderWay":
        """Raises `MissingResult` where no epoch is under way, `BadData` where it is damaged."""
        return read_json_as(path, cls, f"Delete {path}: a training that goes on writes it anew.")


def read_history(path: Path) -> list[dict[str, str]]:
    """The lines of `history.csv` by column, as text; raises `MissingResult` without it, `BadData` where damaged."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as error:
        raise MissingResult(f"Expected {path}, received no such file. {_mend(path)}") from error
    except (ValueError, OSError, csv.Error) as error:
        raise _bad_history(path, str(error)) from error
    for line, row in enumerate(rows, start=2):
        if problem := _problem(row):
            raise _bad_history(path, f"{problem} in line {line}")
    if not rows:
        raise _bad_history(path, "no line of any epoch")
    return rows


def _problem(row: dict[str, str]) -> str:
    """What is wrong with a line; nothing where nothing is."""
    if row.keys() != {*COLUMNS} or None in row.values():
        return f"other columns than {', '.join(COLUMNS)}"
    if wrong := [name for name in COUNTED if not COUNT.fullmatch(row[name])]:
        return f"'{row[wrong[0]]}' as {wrong[0]}"
    if wrong := [name for name in FIGURES if not _is_figure(row[name])]:
        return f"'{row[wrong[0]]}' as {wrong[0]}"
    return ""


def _is_figure(text: str) -> bool:
    try:
        figure = float(text or "nan")
    except ValueError:
        return False
    return not LARGEST < abs(figure) < math.inf


def _bad_history(path: Path, received: str) -> BadData:
    return BadData(f"Expected the epochs of {path.parent} in {path}, received {received}. {_mend(path)}")


def _mend(path: Path) -> str:
    return f"Delete {path.parent} and train this fold again."
