"""Feature rows on their way to LightGBM: written to disk as they are made, read from there batch by batch."""

import shutil
import tempfile
from typing import Self

import lightgbm
import numpy as np
from numpy.typing import NDArray

from ground.errors import NotEnoughRoom

SAMPLE = 50_000  # rows for the bins; × 80 × 4 bytes = 16 MB, in LightGBM thrice
A_VALUE = 6  # bytes of disk: the number here, its bin in `BinnedLessons`, and that again while it is written


class SpilledRows(lightgbm.Sequence):  # type: ignore[misc]
    """R rows of float32 features in a file without a name, which ends with the `with` block, or with the process.

    LightGBM finds its bins in a `sample`, reads all rows in order, and keeps a byte a value: 1 million drawings × 12
    candidates, which is the most, × 70 features are 3.4 GB in the file, 0.8 GB in LightGBM, and as numbers in memory
    never more than the sample or a batch. LightGBM would draw the sample row by row, three times as slowly.
    """

    batch_size = 50_000  # × 70 features × 4 bytes = 14 MB

    def __init__(self, columns: int, at_most: int) -> None:
        """For `at_most` rows; raises `NotEnoughRoom` where the system's temporary folder hasn't the room for them."""
        folder, needed = tempfile.gettempdir(), A_VALUE * columns * at_most
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise NotEnoughRoom(
                f"Expected {needed / 1e9:.1f} GB free in {folder} for {at_most:,} candidate rows, received "
                f"{free / 1e9:.1f} GB. Name another disk by the environment variable TMPDIR, or lower `most` or `rows`."
            )
        self.columns = columns
        self._count = 0
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def append(self, features: NDArray[np.float32]) -> None:
        """Add rows (n, columns) behind the others."""
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(features, np.float32).data)
        self._count += len(features)

    def __len__(self) -> int:
        return self._count

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """(count, columns) rows drawn by `seed`, in their order; all where there are no more."""
        drawn = np.sort(np.random.default_rng(seed).choice(len(self), min(count, len(self)), replace=False))
        sampled = np.empty((len(drawn), self.columns), np.float32)
        for first in range(0, len(self), self.batch_size):
            own = slice(*np.searchsorted(drawn, [first, first + self.batch_size]))
            sampled[own] = self[first : first + self.batch_size][drawn[own] - first]
        return sampled

    def __getitem__(self, rows: slice) -> NDArray[np.float32]:
        """(n, columns) of rows that follow one another."""
        first, end, _ = rows.indices(self._count)
        self._file.seek(4 * self.columns * first)
        return np.frombuffer(self._file.read(4 * self.columns * (end - first)), np.float32).reshape(-1, self.columns)
