"""The course's way from a row of text to a picture, written plainly: what rendering is measured against."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.executor import cores

CANVAS, LINE_WIDTH = 256, 6
BLUES = (255, 0, 128)  # of a drawing's strokes by turns
PARTS_A_CORE = 4  # so that the cores end at about the same time

Strokes = list[list[list[int]]]  # [[x, …], [y, …]] a stroke, and [t, …] where times are known
Decode = Callable[[str], Strokes]  # json.loads, or eval
Draw = Callable[[Strokes], NDArray[np.uint8]]

held: list[str] = []  # the rows that a worker process draws


def draw_gray(strokes: Strokes, size: int = 64) -> NDArray[np.uint8]:
    """A picture (size, size): white lines of width 6 on 256 pixels, resized."""
    image = np.zeros((CANVAS, CANVAS), np.uint8)
    for x, y, *_ in strokes:
        for i in range(len(x) - 1):
            cv2.line(image, (x[i], y[i]), (x[i + 1], y[i + 1]), 255, LINE_WIDTH)
    resized: NDArray[np.uint8] = cv2.resize(image, (size, size))
    return resized


def draw_color(strokes: Strokes, size: int = 128) -> NDArray[np.uint8]:
    """A picture (size, size, 3): red for ink, green for the moment, blue for the stroke, as `render_color` has them."""
    image = np.zeros((CANVAS, CANVAS, 3), np.uint8)
    timed = all(len(stroke) == 3 for stroke in strokes)
    points = sum(len(stroke[0]) for stroke in strokes)
    moments = [t for stroke in strokes for t in stroke[2]] if timed else range(points)
    last, point = max(moments, default=0) or 1, 0
    for number, (x, y, *_) in enumerate(strokes):
        for i in range(len(x) - 1):
            green = round(255 * (1 - 0.75 * moments[point + i] / last))
            color = (255, green, BLUES[number % len(BLUES)])
            cv2.line(image, (x[i], y[i]), (x[i + 1], y[i + 1]), color, LINE_WIDTH)
        point += len(x)
    resized: NDArray[np.uint8] = cv2.resize(image, (size, size))
    return resized


@contextmanager
def on_all_cores(rows: Sequence[str]) -> Iterator[Callable[[Decode, Draw], None]]:
    """A function that decodes and draws all rows, by a process a core.

    The processes hold the rows from their start and keep the pictures to themselves, so nothing travels: a naive
    reader would pay for that as well.
    """
    bounds = np.linspace(0, len(rows), PARTS_A_CORE * cores() + 1).astype(int).tolist()
    with ProcessPoolExecutor(cores(), get_context("spawn"), _hold, (list(rows),)) as pool:

        def draw_all(decode: Decode, draw: Draw) -> None:
            calls = [pool.submit(_draw_held, first, last, decode, draw) for first, last in pairwise(bounds)]
            for call in calls:
                call.result()

        yield draw_all


def _hold(rows: list[str]) -> None:
    held[:] = rows


def _draw_held(first: int, last: int, decode: Decode, draw: Draw) -> Any:
    return len([draw(decode(row)) for row in held[first:last]])
