"""Whatever file of a run is damaged, each command that reads it names it and says what to do."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from base_models.records import DONE, HISTORY
from pipelines.command_line import BAD_INPUT, app


def cut(content):
    """Half of a file, up to where a value would begin: half a TOML can be whole at the end of a line."""
    half = len(content) // 2
    return content[: content.find(b"=", half) + 1 or half]


SPOILED = {
    "cut short": cut,
    "empty": lambda content: b"",
    "of another form": lambda content: b'{"a": 1}\n',
    "no text": lambda content: content[:40] + b"\xff\xfe\x00" + content[40:],
}
ANEW = {  # what each message offers
    "stack/scores.json": "`doodlestack stack --run",
    f"models/tiny/fold_1/{DONE}": "train this fold again",
    f"models/tiny/fold_1/{HISTORY}": "train this fold again",
    "run.toml": "or delete it and repeat `doodlestack run`",
    "oof/tiny/manifest.json": "Delete",
    "oof/tiny/fold_0.json": "Delete",
    "stack/method/stacker.json": "stack again",
    "stack/oof/manifest.json": "Delete",
    "shards/classes.json": "Delete it and repeat the step",
}
READ_BY = {
    "stack/scores.json": ["predict", "submit", "status", "report", "stack"],
    f"models/tiny/fold_1/{DONE}": ["report", "restack"],
    f"models/tiny/fold_1/{HISTORY}": ["report"],
    "run.toml": ["predict", "submit", "status", "report", "stack"],
    "oof/tiny/manifest.json": ["submit", "status", "report", "stack"],
    "oof/tiny/fold_0.json": ["status", "report", "restack"],
    "stack/method/stacker.json": ["predict", "submit"],
    "stack/oof/manifest.json": ["report"],
    "shards/classes.json": ["predict", "submit", "status", "stack"],
}


@pytest.fixture
def call(finished, data):
    """Calls a command on a run of one's own; `restack` is `stack` where there is none."""

    def call(command, *options):
        if command in ("submit", "restack"):
            shutil.rmtree(finished.submissions)
        if command == "restack":
            shutil.rmtree(finished.stack)
        given = [str(data / "test_simplified.csv")] if command == "predict" else []
        command = command.removeprefix("re") if command == "restack" else command
        return CliRunner().invoke(app, [command, *given, "--run", str(finished.root), *options])

    return call


@pytest.mark.parametrize(("file", "command"), [(file, command) for file, those in READ_BY.items() for command in those])
def test_a_damaged_file_is_named_with_what_to_do(file, command, finished, call):
    path = finished.root / file
    whole = path.read_bytes()
    saved = {folder: folder.with_name(f"{folder.name} kept") for folder in (finished.stack, finished.submissions)}
    for folder, copy in saved.items():
        shutil.copytree(folder, copy)
    for how, spoil in SPOILED.items():
        path.write_bytes(spoil(whole))
        result = call(command)
        told = " ".join(result.output.split())
        assert result.exit_code == BAD_INPUT, (how, told, result.exception)
        assert path.name in told, how
        assert ANEW[file] in told, how
        for folder, copy in saved.items():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(copy, folder)


@pytest.mark.parametrize(
    ("change", "received"),
    [
        (lambda scores: scores.pop("rows"), "rows: Field required"),
        (lambda scores: scores.update(chosen="another"), "'another' as chosen, but as marked"),
        (lambda scores: scores.update(inputs={}), "no inputs"),
        (lambda scores: scores["rows"][0].update(map_at_3="0.9"), "rows.0.map_at_3: Input should be a valid number"),
        (lambda scores: scores["rows"][0].update(high=1.5), "a map@3 of"),
        (lambda scores: scores["rows"][0].update(seconds=float("inf")), "a number beyond"),
    ],
)
def test_scores_that_cannot_be_right_are_refused(change, received, finished, call):
    path = finished.stack / "scores.json"
    scores = json.loads(path.read_text())
    change(scores)
    path.write_text(json.dumps(scores))
    told = " ".join(call("status").output.split())
    assert "scores.json" in told
    assert received in told


def test_a_damaged_stack_is_made_anew_as_the_message_says(finished, call):
    (finished.stack / "scores.json").write_text("{")
    assert call("stack").exit_code == BAD_INPUT
    assert call("stack", "--force").exit_code == 0
    assert call("status").exit_code == 0


def test_a_damaged_record_of_a_training_is_made_anew_as_the_message_says(finished, call):
    (finished.fold("tiny", 1) / DONE).write_text("{")
    assert call("report").exit_code == BAD_INPUT
    shutil.rmtree(finished.fold("tiny", 1))
    assert call("train").exit_code == 0
    assert call("report").exit_code == 0
