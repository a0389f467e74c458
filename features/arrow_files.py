"""Drawings as Arrow record batches on disk, mapped into memory and taken from there at random.

Columns: key_id int64, label int16, country string, recognized bool, timestamp in microseconds UTC, stroke_lengths
list<uint16>, points list<fixed_size_list<uint8, 2>>, time list<int32> in milliseconds; null where unknown. pyarrow,
pandas and polars read them.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.drawings import UNKNOWN_LABEL, UNKNOWN_RECOGNIZED, Drawings
from features.formats.strokes_json import LONGEST_STROKE
from features.gathering import COLUMNS, count_rows, gather_rows
from ground.errors import BadData

SCHEMA = pa.schema(
    [
        pa.field("key_id", pa.int64(), nullable=False),
        pa.field("label", pa.int16(), nullable=False),
        pa.field("country", pa.string()),
        pa.field("recognized", pa.bool_()),
        pa.field("timestamp", pa.timestamp("us", "UTC")),
        pa.field("stroke_lengths", pa.list_(pa.uint16()), nullable=False),
        pa.field("points", pa.list_(pa.list_(pa.uint8(), 2)), nullable=False),
        pa.field("time", pa.list_(pa.int32())),
    ]
)
MOST_POINTS = 2**31 - 1  # of one batch; 500,000 drawings of 46 points are 23M
MEND = "Delete the folder and shuffle again."


class ArrowDrawings:
    """The drawings of many record batches, numbered through, of which any can be taken at once.

    Serves several threads; taking releases Python's lock. `names` say where a batch comes from. Drawings whose label
    is not one of `labels` are damaged.
    """

    def __init__(
        self, batches: Sequence[pa.RecordBatch], names: Sequence[str], labels: range = range(UNKNOWN_LABEL, 2**15)
    ) -> None:
        self._batches, self._names = batches, names  # the addresses below hold while the batches do
        self._labels = labels
        self._addresses = np.array([_addresses(batch) for batch in batches], np.int64).reshape(-1, COLUMNS)
        self._starts = np.cumsum([0] + [batch.num_rows for batch in batches])

    def __len__(self) -> int:
        return int(self._starts[-1])

    @cached_property
    def key_id(self) -> NDArray[np.int64]:
        """(N,); raises `BadData` at a negative one."""
        key_id = self._column("key_id", np.int64)
        self._refuse(key_id < 0)
        return key_id

    @cached_property
    def label(self) -> NDArray[np.int16]:
        """(N,) place in the class list, -1 unknown; raises `BadData` where there is no such place."""
        label = self._column("label", np.int16)
        self._refuse((label < self._labels.start) | (label >= self._labels.stop))
        return label

    @cached_property
    def has_time(self) -> NDArray[np.bool_]:
        """(N,) whether the times of a drawing's points are known."""
        valid = [batch.column("time").is_valid().to_numpy(zero_copy_only=False) for batch in self._batches]
        return np.concatenate([np.zeros(0, bool), *valid])

    @cached_property
    def recognized(self) -> NDArray[np.int8]:
        """(N,) whether the game recognised a drawing: 1, 0, or -1 where that is unknown."""
        columns = [batch.column("recognized") for batch in self._batches]
        known = [np.where(column.is_valid(), column.fill_null(False), UNKNOWN_RECOGNIZED) for column in columns]
        return np.concatenate([np.zeros(0, np.int8), *(column.astype(np.int8) for column in known)])

    def take(self, rows: NDArray[np.int64]) -> Drawings:
        """The drawings of these rows, in this order; raises IndexError past the last, `BadData` at damaged ones."""
        rows = np.asarray(rows, np.int64)
        if len(rows) and not (rows.min() >= 0 and rows.max() < len(self)):
            raise IndexError(f"Expected rows from 0 to {len(self) - 1}, received {rows.min()} to {rows.max()}.")
        batch = np.searchsorted(self._starts, rows, side="right") - 1
        inside = rows - self._starts[batch]
        lowest, highest = self._labels.start, self._labels.stop - 1
        drawing_starts, point_starts, damaged = count_rows(self._addresses, batch, inside, lowest, highest)
        if damaged >= 0:
            raise self._damaged(rows[damaged])
        arrays = gather_rows(self._addresses, batch, inside, drawing_starts, point_starts)
        points, time, stroke_starts, key_id, label, country, recognized, timestamp = arrays
        return Drawings(
            points=points,
            time=time,
            stroke_starts=stroke_starts,
            drawing_starts=drawing_starts,
            key_id=key_id,
            label=label,
            country=country.view("S2")[:, 0],
            recognized=recognized,
            timestamp=timestamp.view("datetime64[us]"),
        )

    def _refuse(self, wrong: NDArray[np.bool_]) -> None:
        if wrong.any():
            raise self._damaged(int(wrong.argmax()))

    def _damaged(self, row: int) -> BadData:
        batch = int(np.searchsorted(self._starts, row, side="right")) - 1
        name, inside = self._names[batch], row - self._starts[batch]
        return BadData(f"Expected whole drawings in {name}, received a damaged one in row {inside}. {MEND}")

    def _column(self, name: str, dtype: type) -> NDArray[Any]:
        return np.concatenate([np.zeros(0, dtype), *(batch.column(name).to_numpy() for batch in self._batches)])


def open_batches(path: Path, first: int = 0, step: int = 1) -> list[pa.RecordBatch]:
    """The record batches of a file from `first` on, each `step`-th, mapped, not read.

    Raises `BadData` when the file is not whole or not of drawings.
    """
    try:
        with pa.memory_map(str(path)) as file:
            reader = pa.ipc.open_file(file)
            if not reader.schema.equals(SCHEMA):
                raise BadData(f"Expected the columns of drawings in {path}, received others: {reader.schema}. {MEND}")
            batches = [reader.get_batch(place) for place in range(first, reader.num_record_batches, step)]
            for batch in batches:
                batch.validate()
                _refuse_gaps(batch, path)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadData(f"Expected a whole Arrow file in {path}, received a damaged one ({error}). {MEND}") from error
    return batches


def _refuse_gaps(batch: pa.RecordBatch, path: Path) -> None:
    for field, column in zip(SCHEMA, batch.columns, strict=True):
        if column.null_count and not field.nullable:
            raise BadData(f"Expected {field.name} of all drawings in {path}, received {column.null_count} gaps. {MEND}")


def record_batch(drawings: Drawings) -> pa.RecordBatch:
    """N drawings as one record batch; raises `BadData` where a stroke has more than 65,535 points."""
    lengths = np.diff(drawings.stroke_starts)
    if (len(lengths) and lengths.max() > LONGEST_STROKE) or len(drawings.points) > MOST_POINTS:
        received = f"{lengths.max():,} and {len(drawings.points):,}"
        raise BadData(f"Expected at most 65,535 points a stroke and 2^31 a batch, received {received}.")
    timed = drawings.has_time
    counts = np.diff(drawings.point_starts)
    pairs = pa.FixedSizeListArray.from_arrays(pa.array(drawings.points.reshape(-1)), 2)
    times = pa.array(drawings.time[np.repeat(timed, counts)])
    columns = [
        pa.array(drawings.key_id),
        pa.array(drawings.label),
        _countries(drawings.country),
        pa.array(drawings.recognized == 1, mask=drawings.recognized < 0),
        pa.array(drawings.timestamp, mask=np.isnat(drawings.timestamp)).cast(SCHEMA.field("timestamp").type),
        pa.ListArray.from_arrays(_offsets(drawings.drawing_starts), pa.array(lengths.astype(np.uint16))),
        pa.ListArray.from_arrays(_offsets(drawings.point_starts), pairs),
        pa.ListArray.from_arrays(_offsets(_starts(counts * timed)), times, mask=pa.array(~timed)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _countries(country: NDArray[np.bytes_]) -> pa.Array:
    letters = np.ascontiguousarray(country).view(np.uint8).reshape(-1, 2)
    filled = letters != 0
    offsets = _starts(filled.sum(axis=1)).astype(np.int32)
    unknown = ~filled[:, 0]
    valid = np.packbits(~unknown, bitorder="little")
    buffers = [pa.py_buffer(valid), pa.py_buffer(offsets), pa.py_buffer(letters[filled])]
    return pa.Array.from_buffers(pa.string(), len(country), buffers)


def _offsets(starts: NDArray[np.int64]) -> pa.Array:
    return pa.array((starts - starts[0]).astype(np.int32))


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)])


def _addresses(batch: pa.RecordBatch) -> list[int]:
    """Where the buffers of a batch lie, in the order of `gathering`, and how much the lists hold."""
    key_id, label, country, recognized, timestamp, lengths, points, time = batch.columns
    buffers = [
        *key_id.buffers()[1:],
        *label.buffers()[1:],
        *country.buffers(),
        *recognized.buffers(),
        *timestamp.buffers(),
        *(lengths.buffers()[place] for place in (1, 3)),
        *(points.buffers()[place] for place in (1, 4)),
        *(time.buffers()[place] for place in (0, 1, 3)),
    ]
    letters = 0 if country.buffers()[2] is None else country.buffers()[2].size
    held = [letters, len(lengths.values), len(points.values), len(time.values)]
    return [0 if buffer is None else buffer.address for buffer in buffers] + held
