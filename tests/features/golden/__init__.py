"""Three dozen drawings, and what becomes of them: pixels, sequences, statistics, and a small network's answers.

`golden.npz.xz` holds the drawings and all that is expected of them. Whoever means to change what models see makes
the file anew, and says so where the change is told, since models trained before no longer fit:

    python -m tests.features.golden
"""

import io
import lzma
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.drawings import Drawings
from features.inputs import ColorImage, GrayImage, ModelInput, StrokeSequence
from features.statistics import stroke_statistics

FILE = Path(__file__).with_name("golden.npz.xz")
INPUTS: dict[str, ModelInput] = {
    "gray_64": GrayImage(size=64),
    "color_128": ColorImage(size=128),
    "color_128_without_time": ColorImage(size=128, use_time=False),
    "sequences": StrokeSequence(),
}
LARGE_PICTURES = slice(None, 16)  # the odd cases and a few doodles; of all drawings they would be 200 kB
TOLERANCE = {"sequences": 1e-6, "statistics": 1e-5, "answers": 1e-5}  # absolute and relative; pixels are exact

Arrays = dict[str, NDArray[Any]]


@cache
def held() -> Arrays:
    """All that the file holds."""
    with np.load(io.BytesIO(lzma.decompress(FILE.read_bytes()))) as arrays:
        return dict(arrays)


def drawings() -> Drawings:
    """The drawings; `held()["names"]` calls them by name."""
    return Drawings(**{field.name: held()[field.name] for field in fields(Drawings)})


def features_of(drawings: Drawings) -> Arrays:
    """What is pinned of the features, by its name in the file."""
    large = {name for name in INPUTS if name.startswith("color")}
    made = {
        name: inputs.make(drawings[LARGE_PICTURES] if name in large else drawings) for name, inputs in INPUTS.items()
    }
    return {**made, "statistics": stroke_statistics(drawings)}


def difference(name: str, received: NDArray[Any]) -> str:
    """Where and how far `received` is from what is expected; empty where it is the same."""
    expected, tolerance = held()[name], TOLERANCE.get(name, 0)
    if received.shape != expected.shape or received.dtype != expected.dtype:
        return f"{name}: expected {expected.shape} {expected.dtype}, received {received.shape} {received.dtype}"
    one, other = received.astype(np.float64), expected.astype(np.float64)
    if np.allclose(one, other, rtol=tolerance, atol=tolerance, equal_nan=True):
        return ""
    apart = np.where(np.isnan(one) & np.isnan(other), 0, np.nan_to_num(np.abs(one - other), nan=np.inf))
    place = tuple(int(axis) for axis in np.unravel_index(apart.argmax(), apart.shape))
    count, drawing = np.count_nonzero(apart > tolerance), held()["names"][place[0]]
    return (
        f"{name}: {count:,} of {apart.size:,} numbers differ, most in the drawing '{drawing}' at {place[1:]}: "
        f"expected {expected[place]}, received {received[place]}"
    )
