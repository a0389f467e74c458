"""run.toml, as every later command reads it."""

import json
from pathlib import Path

from hypothesis import strategies as st

from pipelines.settings import RunSettings
from pipelines.toml_files import read_toml, write_toml
from tests.faults.fuzz.mutations import TEXT_NUMBERS
from tests.faults.fuzz.reader import Outcome, Reader
from tests.faults.fuzz.structures import LETTERS, encoded

NAMES = st.sampled_from([*RunSettings.model_fields, "train.epochs", "stack.methods", "train_by_model.x.epochs", "x"])
VALUES = LETTERS.map(json.dumps) | st.sampled_from(
    [*TEXT_NUMBERS, "true", "nan", "inf", "[]", "{}", "[[]]", "{a = 1}", "2017-03-05T17:55:05Z", "''"]
)


def read_run(folder: Path, name: str) -> Outcome:
    settings = RunSettings.of(read_toml(folder / name), name)
    assert RunSettings.of(settings.model_dump(mode="json")) == settings
    return Outcome(1)


def _run(folder: Path) -> tuple[str, ...]:
    settings = RunSettings(data="/data/quickdraw", models=("gray64_cnn",), train_by_model={"gray64_cnn": {}})
    write_toml(folder / "run.toml", settings.model_dump(mode="json"))
    return ("run.toml",)


_lines = st.dictionaries(NAMES, VALUES, max_size=6).map(lambda held: [" = ".join(pair) for pair in held.items()])

READERS = (Reader("run.toml", _run, read_run, built=_lines.map(lambda lines: {"run.toml": encoded(lines)})),)
