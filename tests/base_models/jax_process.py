"""What is tried under jax from where TensorFlow runs: a backend is chosen once a process, so it has one of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def under_jax(code: str, *arguments: str) -> str:
    """What `code` writes to stdout; it must end well."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-c", code, *arguments]
    ended = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
