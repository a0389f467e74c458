"""Whether two runs came to the same results."""

from pathlib import Path

import numpy as np


def differences(whole: Path, other: Path) -> list[str]:
    """The files of out-of-fold stores, stack and submissions that are not equal."""
    names = {
        str(path.relative_to(folder))
        for folder in (whole, other)
        for part in ("oof", "submissions", "stack/oof")
        for path in (folder / part).rglob("*")
        if path.suffix in (".npy", ".npz", ".csv") and not path.name.startswith(".")  # a killed process's, half-written
    }
    return sorted(name for name in names if not _equal(whole / name, other / name))


def _equal(one: Path, other: Path) -> bool:
    if not (one.exists() and other.exists()):
        return False
    if one.suffix == ".csv":
        return one.read_bytes() == other.read_bytes()
    first, second = np.load(one), np.load(other)
    if one.suffix == ".npy":
        return np.array_equal(first, second)
    return set(first) == set(second) and all(np.array_equal(first[name], second[name]) for name in first)
