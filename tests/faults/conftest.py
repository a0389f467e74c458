import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.small import write_small_settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def small_settings(tmp_path_factory):
    """A TOML file of a run of seconds."""
    return write_small_settings(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def command(small_settings):
    """Makes the command line of a small run into a folder."""
    return lambda out: [sys.executable, "-m", "pipelines", "run", "--settings", str(small_settings), "--out", str(out)]


@pytest.fixture(scope="session")
def undisturbed(command, tmp_path_factory):
    """The folder of a small run that nothing has disturbed."""
    out = tmp_path_factory.mktemp("runs") / "undisturbed"
    subprocess.run(command(out), cwd=ROOT, check=True, capture_output=True)
    yield out
    shutil.rmtree(out)
