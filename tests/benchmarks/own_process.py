"""Parts of a benchmark that run in a process of their own: as a module, from the project's folder."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def command(module: str, *arguments: object) -> list[str]:
    """The command line of `python -m module arguments`."""
    return [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
