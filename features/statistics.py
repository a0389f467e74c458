"""Stroke statistics: numbers that say how a drawing was drawn, for the meta-model."""

import numpy as np
from numpy.typing import NDArray

from features.cores import over_cores
from features.drawings import Drawings
from features.statistics_geometry import Geometry, describe_geometry
from features.statistics_time import Timing, describe_timing

DESCRIPTIONS: dict[str, str] = {
    statistic.name.lower(): statistic.description for group in (Geometry, Timing) for statistic in group
}
"""What each statistic says, in the order of the columns. A "unit" is one of the canvas's 255."""

STATISTICS: tuple[str, ...] = tuple(DESCRIPTIONS)


def stroke_statistics(drawings: Drawings) -> NDArray[np.float32]:
    """(N, len(STATISTICS)); NaN where a statistic has no meaning: no time, no ink, no stroke.

    Nothing in it depends on whether a drawing was recognized, which is not known for test drawings.
    """
    table = np.full((len(drawings), len(STATISTICS)), np.nan, np.float32)
    geometry, timing = table[:, : len(Geometry)], table[:, len(Geometry) :]
    points = drawings.points.astype(np.int32)  # numba's differences of uint8 would wrap around
    strokes = drawings.stroke_starts, drawings.drawing_starts
    over_cores(describe_geometry, len(drawings), points, *strokes, geometry)
    over_cores(describe_timing, len(drawings), points, drawings.time, *strokes, timing)
    return table
