"""That commands which train and build nothing do without TensorFlow and Keras: half a gigabyte, and seconds."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import doodlestack

COMMANDS = """
import json, sys
from pipelines.command_line import app

told = []
for command in json.loads(sys.argv[1]):
    app(command, standalone_mode=False)
    told.append(sorted({"keras", "tensorflow"} & sys.modules.keys()))
sys.stderr.write(json.dumps(told))
"""


@pytest.fixture(scope="module")
def commands(data, settings, finished_once, tmp_path_factory):
    """Each command as words, in an order in which each finds what it needs."""
    folder = tmp_path_factory.mktemp("light")
    new, own = str(folder / "new"), str(shutil.copytree(finished_once.root, folder / "finished"))
    submissions = [str(path) for path in sorted(finished_once.submissions.glob("*.npz"))]
    models = ["--set", "models=['tiny']", "--set", f"model_files={list(settings.model_files)}"]
    return {
        "shuffle": ["shuffle", "--data", str(data), "--run", new, "--workers", "1", *models],
        "shuffle, gone on with": ["shuffle", "--run", new, "--seed", "1"],
        "status": ["status", "--run", own],
        "blend": ["blend", *submissions, "--out", str(folder / "blend.csv")],
        "submit": ["submit", "--run", own],
        "submit, balanced": ["submit", "--run", own, "--balance", "greedy", "--assume-uniform", "--force"],
        "stack": ["stack", "--run", own, "--set", "stack.candidates=4", "--force"],
    }


def test_shuffle_status_blend_submit_and_stack_import_neither_tensorflow_nor_keras(commands):
    root = Path(doodlestack.__file__).parent
    line = [sys.executable, "-c", COMMANDS, json.dumps(list(commands.values()))]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert dict(zip(commands, json.loads(done.stderr.splitlines()[-1]), strict=True)) == {name: [] for name in commands}
