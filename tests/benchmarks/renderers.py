"""The compiled renderer beside OpenCV's: `python -m tests.benchmarks.renderers --data FOLDER --picture FILE.png`.

How far their pixels differ where either has ink, how many drawings a second each draws, and both side by side.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

from features import opencv_rendering, rendering
from features.doodles.sampling import some_doodles
from features.drawings import Drawings
from tests.benchmarks.clock import doing, take_turns, times_faster
from tests.benchmarks.input_drawings import input_drawings
from tests.benchmarks.options import Data, Json, Repeat, Seed, run
from tests.benchmarks.table import Row, publish

KINDS = {
    "64 px grey": (
        partial(rendering.render_gray, size=64, line_width=6.0),
        partial(opencv_rendering.render_gray, size=64, line_width=6.0),
    ),
    "128 px colour": (
        partial(rendering.render_color, size=128, line_width=6.0),
        partial(opencv_rendering.render_color, size=128, line_width=6.0),
    ),
}
SHOWN = ("cat", "house", "clock", "flower", "fish", "umbrella")  # in the picture
SHOWN_SIZE, GAP = 128, 4  # pixels of a drawing's side, which smaller ones are enlarged to; pixels between them


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Mean absolute difference, of 255, over the pixels of pictures (N, H, W, C) where either has ink."""
    ink = ((first > 0) | (second > 0)).any(axis=-1)
    return float(np.abs(first[ink].astype(int) - second[ink]).mean())


def measure(drawings: Drawings, repeat: int) -> list[Row]:
    """The rows of the table."""
    rows = []
    for name, (compiled, opencv) in KINDS.items():
        ways = {
            "compiled": doing(lambda draw=compiled: draw(drawings), len(drawings)),
            "opencv": doing(lambda draw=opencv: draw(drawings), len(drawings)),
        }
        rates = take_turns(ways, repeat)
        rows += [
            Row(f"{name}: mean difference over ink", difference(compiled(drawings), opencv(drawings)), "of 255"),
            *(Row(f"{name} by {way}", float(np.median(rates[way])), "drawings/s") for way in ways),
            Row(f"{name}: compiled ÷ opencv", times_faster(rates["compiled"], rates["opencv"]), "×"),
        ]
    return rows


def picture(drawings: Drawings) -> NDArray[np.uint8]:
    """Rows of drawings (H, W, 3): grey compiled, grey by OpenCV, coloured compiled, coloured by OpenCV."""
    rows = [_row(draw(drawings)) for kind in KINDS.values() for draw in kind]
    width = max(row.shape[1] for row in rows)
    rows = [np.pad(row, ((0, GAP), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return np.concatenate(rows)


def _row(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    enlarge = SHOWN_SIZE // pictures.shape[1]
    large = pictures.repeat(enlarge, axis=1).repeat(enlarge, axis=2)  # (N, 128, 128, C)
    large = np.broadcast_to(large, (*large.shape[:3], 3))
    spaced = [np.pad(one, ((0, 0), (0, GAP), (0, 0)), constant_values=255) for one in large]
    return np.concatenate(spaced, axis=1)


def main(
    drawings: Annotated[int, typer.Option(min=1, help="Drawings to compare on.")] = 400,
    data: Data = None,
    seed: Seed = 0,
    repeat: Repeat = 5,
    picture_to: Annotated[Path | None, typer.Option("--picture", help="A PNG to write, of embedded doodles.")] = None,
    json: Json = False,
) -> None:
    """The compiled renderer beside OpenCV's: difference, speed and a picture."""
    if picture_to is not None:
        cv2.imwrite(str(picture_to), picture(some_doodles(SHOWN, each=1, seed=seed))[..., ::-1])
    publish({"renderers": measure(input_drawings(data, drawings, seed)[0], repeat)}, json)


if __name__ == "__main__":
    run(main)
