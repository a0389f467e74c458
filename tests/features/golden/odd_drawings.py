"""Drawings as nobody should draw them, and some do."""

import math

from features.drawings import Stroke

RING = [(128 + 0.31 * k * math.cos(k / 9), 128 + 0.31 * k * math.sin(k / 9)) for k in range(400)]
FAR = 2**31 - 1  # milliseconds, the last that fits


def odd_drawings() -> dict[str, list[Stroke]]:
    """By name; with a third list a stroke, the times, where they are known."""
    return {
        "empty": [],
        "one point": [[[128], [128]]],
        "one point with time": [[[40], [200], [0]]],
        "points in the corners": [[[x], [y]] for x in (0, 255) for y in (0, 255)],
        "a point after a line": [[[20, 230], [60, 60]], [[128], [180]]],
        "one point over and over": [[[90, 90, 90], [70, 70, 70]]],
        "along the edges": [[[0, 255, 255, 0, 0], [0, 0, 255, 255, 0]]],
        "there and back": [[[0, 255, 0, 255], [0, 255, 0, 255], [0, 300, 600, 900]]],
        "longer than a sequence": [[[round(x) for x, _ in RING], [round(y) for _, y in RING], [*range(0, 8000, 20)]]],
        "many strokes": [[[4 * k, 4 * k + 3], [250 - 4 * k, 255 - 4 * k], [99 * k, 99 * k + 30]] for k in range(63)],
        "time that stands still": [[[10, 200, 40], [10, 60, 220], [7, 7, 7]]],
        "time that goes back and far": [[[10, 200, 40], [90, 10, 220], [500, 20, FAR]], [[250, 3], [3, 250], [0, 9]]],
    }
