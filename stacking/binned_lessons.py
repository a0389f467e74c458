"""Lessons in LightGBM's bins, on disk: made once, then learned from by one objective after the other."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from stacking.boosting import REPRODUCIBLE
from stacking.candidates import CLASS
from stacking.columns import Floats
from stacking.lessons import Lessons
from stacking.spilled_rows import SAMPLE

BINNING = {
    **REPRODUCIBLE,
    "bin_construct_sample_cnt": SAMPLE,
    "max_bin": 63,  # real drawings, 21 and 340 classes: as good as 255, in two thirds of the time
    "feature_pre_filter": False,  # it doesn't know min_data_in_leaf where rows come in batches
}
NAME = "lessons.bin"


class BinnedLessons:
    """R candidates as bytes: a quarter of the rows that they were made from, which are no longer needed.

    The file has no name, save for the moment in which LightGBM writes or reads it: a killed process leaves none behind.
    """

    def __init__(self, lessons: Lessons, seed: int, threads: int) -> None:
        self.opinion: Floats = lessons.opinion  # (R,)
        self._settings = {**BINNING, "num_threads": threads}
        named = {"feature_name": lessons.names, "categorical_feature": [CLASS], "params": self._settings}
        bins = lightgbm.Dataset(lessons.features.sample(SAMPLE, seed), **named)
        rows = lightgbm.Dataset(lessons.features, lessons.truth.astype(np.float32), bins, group=lessons.counts, **named)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        weakref.finalize(self, self._file.close)  # whoever shares them cannot know who is the last
        with _named_file() as path:
            rows.save_binary(path)
            with path.open("rb") as written:
                shutil.copyfileobj(written, self._file)

    def rows(self, start: Floats) -> Any:
        """A `lightgbm.Dataset` of them whose scores begin at `start` (R,)."""
        with _named_file() as path:
            with path.open("wb") as copy:
                self._file.seek(0)
                shutil.copyfileobj(self._file, copy)
            return lightgbm.Dataset(path, init_score=start, params=self._settings).construct()


@contextmanager
def _named_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / NAME
