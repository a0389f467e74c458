"""What a shuffle leaves: Arrow files, the class list and the report."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from features.arrow_files import SCHEMA, record_batch
from features.checksums import sha256_once
from features.drawings import Drawings
from features.shards import Shards, open_drawings, write_drawings
from features.shuffle import finish, shuffle
from features.shuffle_plan import plan
from tests.faults.fuzz.reader import Crafted, Files, Outcome, Reader
from tests.faults.fuzz.seeds import CLASSES, csv_text, drawings
from tests.faults.fuzz.truth import check_drawings, digest


def read_arrow(folder: Path, name: str) -> Outcome:
    """One file of drawings, mapped."""
    mapped = open_drawings(folder / name)
    assert len(mapped.key_id) == len(mapped.label) == len(mapped.has_time) == len(mapped)
    held = mapped.take(np.arange(len(mapped)))
    check_drawings(held, classes=None)
    assert np.array_equal(held.key_id, mapped.key_id)
    assert np.array_equal(held.label, mapped.label)
    return Outcome(len(held))


def read_shards(folder: Path, name: str) -> Outcome:
    """A finished shuffle as every later step opens it."""
    sha256_once.cache_clear()  # as a process does that has just begun
    shards = Shards.open(folder)
    assert all(shards.classes)
    assert len(set(shards.classes)) == len(shards.classes) > 0
    held = shards.take(np.arange(len(shards)))
    check_drawings(held, len(shards.classes))
    assert np.array_equal(held.label, shards.label)
    check_drawings(shards.test(), classes=None)
    assert finish(str(folder))["drawings"] == len(shards)
    assert plan(folder / "data", folder).classes == shards.classes
    arrays = (held.points, held.stroke_starts, held.drawing_starts, held.key_id, held.label)
    return Outcome(len(held), digest=digest(*arrays, shards.test().points))


def _arrow(folder: Path) -> tuple[str, ...]:
    for word in CLASSES:
        write_drawings(folder / f"{word}.arrow", Drawings.concat([drawings(word, "raw"), drawings(word, "simplified")]))
    return tuple(f"{word}.arrow" for word in CLASSES)


def _finished(folder: Path) -> tuple[str, ...]:
    shuffle(_data(folder), folder, parts=1)
    return "classes.json", "shuffle.json", f"cv_{_fullest():02}.arrow", "test.arrow"


def _data(folder: Path) -> Path:
    (folder / "data" / "train_simplified").mkdir(parents=True)
    for word in CLASSES:
        (folder / "data" / "train_simplified" / f"{word}.csv").write_bytes(csv_text(word, "simplified"))
    (folder / "data" / "test_simplified.csv").write_bytes(csv_text(CLASSES[0], "simplified"))
    return folder / "data"


def _fullest() -> int:
    """The cv shard that most of the drawings are in."""
    return int(np.bincount(Drawings.concat([drawings(word, "simplified") for word in CLASSES]).cv).argmax())


def _harmful_arrow(whole: Files) -> Crafted:
    held = record_batch(drawings(CLASSES[0], "raw"))
    for codec in ("lz4", "zstd"):
        yield f"packed by {codec}", {"x.arrow": _written(held, codec)}
    yield "no batch", {"x.arrow": _written(held.slice(0, 0), None)}


def _written(batch: pa.RecordBatch, codec: str | None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, SCHEMA, options=pa.ipc.IpcWriteOptions(compression=codec)) as out:
        out.write_batch(batch)
    return bytes(sink.getvalue())


READERS = (
    Reader("arrow", _arrow, read_arrow, _harmful_arrow, weight=3),
    Reader("shards", _finished, read_shards, has_checksums=True, of_a_folder=True, weight=0.5),
)
