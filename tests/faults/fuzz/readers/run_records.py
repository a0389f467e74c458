"""What steps leave for later ones to read: settings, scores, and how each training went."""

import csv
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from rich.console import Console

from base_models.records import COLUMNS, COUNTED, DONE, HISTORY, PROGRESS, EpochUnderWay, TrainingRecord
from base_models.seen import Seen, Teacher
from ground.files import write_json
from pipelines.reached import epoch_reached
from pipelines.report import write_report
from pipelines.run_folder import RunFolder
from pipelines.scores import FILE, HoldoutScore, Scores
from pipelines.scores_table import scores_table
from pipelines.settings import RunSettings
from pipelines.toml_files import write_toml
from stacking.choice import Score
from stacking.corrections import Corrections
from stacking.explanation import Explanation, Worth
from stacking.gain import Gain
from stacking.nested import Nested
from tests.faults.fuzz.mutations import TEXT_NUMBERS
from tests.faults.fuzz.reader import Files, Outcome, Reader
from tests.faults.fuzz.structures import JSON, LETTERS, encoded

WORTH, CHANGED = Worth("tiny", 0.01, 0.005, 0.015), Corrections("tiny", 90, 20, 9, 3)
SCORES = Scores(
    drawings=90,
    classes=("bee", "cat"),
    rows=(
        Score("tiny", "model", 0.8, 0.9, 0.88, 0.92, log_loss=0.5, seconds=61.5),
        Score("mean", "blend", 0.85, 0.92, 0.9, 0.94, log_loss=0.4, seconds=0.1, chosen=True),
    ),
    chosen="mean",
    reason="it is the best",
    inputs={"tiny": "0f" * 32},
    nested=Nested(("mean", "tiny"), 0.91, 0.89, 0.93, optimism=0.01),
    holdout=HoldoutScore(12, 0.9, 0.8, 1.0, accuracy=0.8, log_loss=0.6, looks=2),
    explanation=Explanation(
        "mean", (WORTH,), (90, 30), (WORTH,), 30, (CHANGED,), "tiny", (CHANGED,), "mean", (Gain("tiny", 1.0),)
    ),
)
SEEN = Seen(78, 2, "0f" * 32)
RECORD = TrainingRecord(
    *("tiny", 0, 2),
    seed=1,
    rows=78,
    epochs=3,
    parameters=1234,
    seconds=30.5,
    settings={"epochs": 3},
    seen=SEEN,
    teachers=(Teacher("runs/one/models/tiny/fold_0", "tiny", 0, 2, "0f" * 32, SEEN),),
)
UNDER_WAY = EpochUnderWay(epoch=3, epochs=3, step=7, steps=40, map_at_3=0.5)
FOLD = RunFolder(Path()).fold("tiny", 0)


def show(folder: Path, name: str) -> Outcome:
    """All that a person is shown of them: the report, the table of scores, how far a training is."""
    run = RunFolder(folder)
    with (folder / "shown.txt").open("w", encoding="utf-8") as terminal:
        Console(file=terminal).print(scores_table(Scores.read(run)))
    reached = epoch_reached(folder / FOLD)
    assert reached.startswith("epoch ")
    page = write_report(run).read_text(encoding="utf-8")
    assert page.count("<script>") == page.count("</html>") == 1
    return Outcome(1)


def _run(folder: Path) -> tuple[str, ...]:
    run = RunFolder(folder)
    settings = RunSettings(models=("tiny",), train_by_model={"tiny": {}})
    write_toml(run.settings, settings.model_dump(mode="json"))
    write_json(run.stack / FILE, asdict(SCORES))
    write_json(folder / FOLD / DONE, asdict(RECORD))
    write_json(folder / FOLD / PROGRESS, asdict(UNDER_WAY))
    with (folder / FOLD / HISTORY).open("w", newline="") as file:
        rows = [{"epoch": epoch, "epochs": 3, "loss": 1 / epoch, "map_at_3": 0.2 * epoch} for epoch in (1, 2)]
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    paths = (run.settings, run.stack / FILE, *((folder / FOLD / name) for name in (DONE, PROGRESS, HISTORY)))
    return tuple(path.relative_to(folder).as_posix() for path in paths)


def _changed(content: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """A file of JSON with some of its values, or one deep inside, turned into something else."""
    some = st.dictionaries(st.sampled_from([*content]), JSON | st.sampled_from(TEXT_NUMBERS), max_size=3)
    return st.tuples(some, _leaf(content)).map(lambda both: json.dumps({**both[1], **both[0]}).encode())


def _leaf(content: Any) -> st.SearchStrategy[Any]:
    """The same with one leaf changed."""
    if isinstance(content, dict) and content:
        return st.sampled_from([*content]).flatmap(lambda key: _put(content, key, _leaf(content[key])))
    if isinstance(content, list | tuple) and content:
        held = list(content)
        return st.integers(0, len(held) - 1).flatmap(lambda place: _put(held, place, _leaf(held[place])))
    return JSON | st.integers() | st.floats(allow_nan=True)


def _put(content: Any, key: Any, changed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def put(value: Any) -> Any:
        copy = content.copy()
        copy[key] = value
        return copy

    return changed.map(put)


def _history() -> st.SearchStrategy[bytes]:
    cell = st.sampled_from([*TEXT_NUMBERS, "", "0.5"]) | LETTERS
    row = st.fixed_dictionaries({name: st.sampled_from("123") | cell if name in COUNTED else cell for name in COLUMNS})
    return st.lists(row, max_size=4).map(
        lambda rows: encoded([",".join(COLUMNS), *(",".join(row.values()) for row in rows)])
    )


def _file(path: Path) -> Callable[[bytes], Files]:
    return lambda content: {path.as_posix(): content}


_built = st.one_of(
    _changed(asdict(SCORES)).map(_file(RunFolder(Path()).stack / FILE)),
    _changed(asdict(RECORD)).map(_file(FOLD / DONE)),
    _changed(asdict(UNDER_WAY)).map(_file(FOLD / PROGRESS)),
    _history().map(_file(FOLD / HISTORY)),
)

READERS = (Reader("run records", _run, show, built=_built, weight=1.5),)
