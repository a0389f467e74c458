"""Out-of-fold probabilities: the store's own files, and tables from other tools."""

import hashlib
import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from hypothesis import strategies as st

from oof.exchange import ProbabilityTable, import_oof
from oof.folds import fold_of
from oof.store import OOFStore
from tests.faults.fuzz.archives import BOMB, PICKLE, unzipped, zip_bomb, zipped
from tests.faults.fuzz.mutations import TEXT_NUMBERS
from tests.faults.fuzz.reader import Crafted, Files, Outcome, Reader
from tests.faults.fuzz.structures import encoded
from tests.faults.fuzz.truth import check_probabilities, digest

CLASSES, FOLDS = ("The Eiffel Tower", "alarm clock", "bee", "cat"), 3
KEY_ID = 4_000_000_000_000_000 + np.arange(60, dtype=np.int64) * 10**7
TEST_KEY_ID = np.arange(7, dtype=np.int64)
TABLE = ProbabilityTable(KEY_ID, CLASSES, np.random.default_rng(0).dirichlet(np.ones(4), 60).astype(np.float32))
CELLS = st.lists(st.sampled_from([*TEXT_NUMBERS, *CLASSES, "key_id", "", '"']), max_size=6)


def read_store(folder: Path, name: str) -> Outcome:
    """A store as stacking takes it in."""
    store = OOFStore(folder)
    store.check(KEY_ID, CLASSES, FOLDS)
    held, test = store.read(KEY_ID), store.read_test(TEST_KEY_ID)
    check_probabilities(held, 60, 4)
    check_probabilities(test, 7, 4)
    assert np.array_equal(np.sort(store.test_key_id()), TEST_KEY_ID)
    return Outcome(67, digest=digest(held, test))


def import_table(folder: Path, name: str) -> Outcome:
    """Out-of-fold rows of a model that was trained elsewhere, into a store."""
    shutil.rmtree(folder / "store", ignore_errors=True)
    store = import_oof(folder / name, folder / "store", key_id=KEY_ID, classes=CLASSES, folds=FOLDS)
    held = store.read(KEY_ID)
    check_probabilities(held, 60, 4)
    return Outcome(60, digest=digest(held))


def _store(keep: int | None, folder: Path) -> tuple[str, ...]:
    store, fold = OOFStore.create(folder, CLASSES, FOLDS, {}, keep=keep), fold_of(KEY_ID, FOLDS)
    for k in range(FOLDS):
        store.write_fold(k, KEY_ID[fold == k], TABLE.probabilities[fold == k])
    store.write_test(None, TEST_KEY_ID, TABLE.probabilities[:7])
    return tuple(sorted(path.name for path in folder.iterdir()))


def _tables(suffix: str, folder: Path) -> tuple[str, ...]:
    TABLE.write(folder / f"one{suffix}")
    ProbabilityTable(KEY_ID[::-1], CLASSES[::-1], TABLE.probabilities).write(folder / f"other{suffix}")
    return f"one{suffix}", f"other{suffix}"


def _seal(files: Files, whole: Files) -> Files:
    """The checksums of the part of which a column is spoiled."""
    name, content = next(iter(files.items()))
    part, column, suffix = [*name.split("."), "", ""][:3]
    if suffix != "npy":
        return {}
    sums = {**json.loads(whole[f"{part}.json"]), column: hashlib.sha256(content).hexdigest()}
    return {f"{part}.json": json.dumps(sums).encode()}


def _harmful_parts(whole: Files) -> Crafted:
    """Probabilities that are none, with checksums that fit."""
    name = "fold_0.probabilities.npy"
    for title, content in (("a pickle", PICKLE), ("a shape past all memory", _npy("(20000000000, 4)") + bytes(160))):
        yield title, {name: content, **_seal({name: content}, whole)}


def _harmful_csv(whole: Files) -> Crafted:
    header, *rows = whole["one.csv"].splitlines(keepends=True)
    yield "half a million columns", {"x.csv": header.strip() + b",x" * 500_000 + b"\n" + b"".join(rows)}


def _harmful_npz(whole: Files) -> Crafted:
    members = unzipped(whole["one.npz"])
    for title, content in (("a pickle", PICKLE), ("a huge class name", _npy("(4,)", "<U100000000"))):
        yield title, {"x.npz": zipped({**members, "classes.npy": content})}
    yield "a bomb", {"x.npz": zip_bomb("probabilities.npy", b"\0", BOMB, members)}


def _harmful_parquet(whole: Files) -> Crafted:
    zeros = np.zeros(4_000_000, np.float32)
    for title, table in (
        ("a bomb", pa.table({"key_id": zeros.astype(np.int64), **dict.fromkeys(CLASSES, zeros)})),
        ("many columns", pa.table({str(number): [1.0] for number in range(3000)})),
    ):
        sink = pa.BufferOutputStream()
        pa.parquet.write_table(table, sink, compression="zstd")
        yield title, {"x.parquet": bytes(sink.getvalue())}


def _npy(shape: str, dtype: str = "<f2") -> bytes:
    """A NumPy file's header alone."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


_table = st.lists(CELLS, max_size=6).map(lambda rows: {"x.csv": encoded(map(",".join, rows))})
_whole_or_refused = {"reseal": _seal, "has_checksums": True, "of_a_folder": True}

READERS = (
    Reader("oof store", partial(_store, None), read_store, _harmful_parts, **_whole_or_refused),
    Reader("oof store, top 3", partial(_store, 3), read_store, _harmful_parts, **_whole_or_refused),
    Reader("oof csv", partial(_tables, ".csv"), import_table, _harmful_csv, _table, weight=1.5),
    Reader("oof npz", partial(_tables, ".npz"), import_table, _harmful_npz, has_checksums=True, weight=1.5),
    Reader("oof parquet", partial(_tables, ".parquet"), import_table, _harmful_parquet, weight=1.5),
)
