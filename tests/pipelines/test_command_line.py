import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from ground.errors import BadData
from pipelines.command_line import app

COMMANDS = ("run", "shuffle", "train", "oof", "stack", "submit", "blend", "predict", "report", "models", "status")
HEAVY = ("keras", "tensorflow", "lightgbm", "sklearn", "pandas", "numba", "pyarrow")


def call(*words):
    return CliRunner().invoke(app, words)


def test_help_is_quick_and_loads_nothing_heavy():
    script = (
        "import sys; from typer.testing import CliRunner; from pipelines.command_line import app; "
        "CliRunner().invoke(app, ['run', '--help']); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {*HEAVY} & {*loaded}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = call(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_oof_commands_explain_themselves():
    for command in ("export", "import", "check"):
        assert call("oof", command, "--help").exit_code == 0


def test_the_export_command_explains_itself():
    result = call("export", "tfrecord", "--help")
    assert result.exit_code == 0
    assert "--encoding" in result.output


def test_python_m_pipelines_is_the_same_program():
    ran = subprocess.run([sys.executable, "-m", "pipelines", "--help"], capture_output=True, text=True, check=True)
    assert "First steps" in ran.stdout


def test_a_mistake_is_one_paragraph_on_stderr_without_a_traceback(tmp_path):
    result = call("status", "--run", str(tmp_path))
    assert result.exit_code == 2
    assert "Begin with `doodlestack run" in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_markup_in_a_message_is_shown_as_it_is(monkeypatch):
    def fail(_):
        raise BadData("Expected [[x, …], [y, …]], received [bold].")

    monkeypatch.setattr("pipelines.changes.read_settings", fail)
    assert "Expected [[x, …], [y, …]], received [bold]." in call("submit").stderr


def test_an_interrupt_says_that_the_same_command_goes_on(monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.changes.read_settings", interrupt)
    result = call("submit")
    assert result.exit_code == 130
    assert "stopped; the same command goes on from here" in result.stderr


def test_another_error_is_a_bug_and_keeps_its_traceback(monkeypatch):
    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr("pipelines.changes.read_settings", fail)
    assert isinstance(call("submit").exception, ZeroDivisionError)


def test_models_are_listed_with_what_they_see():
    result = call("models")
    assert result.exit_code == 0
    assert "gray64_cnn" in result.stdout
    assert "64×64×1" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_of_a_command_has_the_name_of_another(command):
    commands = typer.main.get_command(app).commands[command]
    for each in getattr(commands, "commands", {command: commands}).values():
        names = [name for parameter in each.params for name in (*parameter.opts, *parameter.secondary_opts)]
        assert len(names) == len(set(names))
