"""Files of drawings: Kaggle's CSV, Google's ndjson and `.bin`, plain, gzipped and in zips."""

import csv
import gzip
from functools import partial
from pathlib import Path

import numpy as np

from features.bad_rows import BadRows
from features.classes import in_order
from features.drawings import Drawings
from features.formats import Source, binary, ndjson, read, sources, words
from tests.faults.fuzz.archives import BOMB, gzip_bomb, gzipped, harmful_zips, zipped
from tests.faults.fuzz.reader import Crafted, Files, Outcome, Prepare, Reader
from tests.faults.fuzz.seeds import CLASSES, csv_text, drawings
from tests.faults.fuzz.structures import bin_files, csv_files, ndjson_files
from tests.faults.fuzz.truth import check_drawings, check_rows, csv_rows, ndjson_rows

ROWS = {"csv": csv_rows, "ndjson": ndjson_rows}


def read_drawings(folder: Path, name: str) -> Outcome:
    """What `doodlestack shuffle` does with a file: its words, its drawings, and as a test file its empty ones."""
    good, bad = 0, 0
    for source in sources(folder / name):
        classes = in_order(words(source))
        assert all(classes), "a class without a name"
        bad_rows = BadRows(folder / "bad_rows.csv", share=1)
        held = Drawings.concat(read(source, bad_rows, classes))
        check_drawings(held, len(classes))
        assert len(held) + bad_rows.bad == bad_rows.rows, "rows that are neither good nor bad"
        if source.format in ROWS:
            _check_against_text(source, held, bad_rows, classes)
        for block in read(source, BadRows(folder / "bad_test_rows.csv", share=1), keep_unreadable=True):
            check_drawings(block, classes=0)
        good, bad = good + len(held), bad + bad_rows.bad
    return Outcome(good, bad)


def _check_against_text(source: Source, held: Drawings, bad_rows: BadRows, classes: tuple[str, ...]) -> None:
    bad = set()
    if bad_rows.bad:
        with bad_rows.file.open(newline="", encoding="utf-8") as file:
            bad = {int(row["line"]) for row in csv.DictReader(file)}
    with source.open() as stream:
        rows = [row for line, row in ROWS[source.format](stream.read()) if line not in bad]
    check_rows(held, rows, classes, source.form == "raw")


def _texts(form: str, folder: Path) -> tuple[str, ...]:
    return _write(folder, {f"{form}_{word}.csv": csv_text(word, form) for word in CLASSES})


def _ndjson(form: str, folder: Path) -> tuple[str, ...]:
    for word in CLASSES:
        ndjson.write(folder / f"{form}_{word}.ndjson", drawings(word, form), CLASSES)
    return tuple(f"{form}_{word}.ndjson" for word in CLASSES)


def _bin(folder: Path) -> tuple[str, ...]:
    for word in CLASSES:
        binary.write(folder / f"{word}.bin", drawings(word, "simplified"))
    return tuple(f"{word}.bin" for word in CLASSES)


def _gzips(prepare: Prepare, folder: Path) -> tuple[str, ...]:
    return _write(folder, {f"{name}.gz": gzipped((folder / name).read_bytes()) for name in prepare(folder)})


def _zips(folder: Path) -> tuple[str, ...]:
    texts = {f"{word}.csv": csv_text(word, "simplified") for word in CLASSES}
    one = {"cat.csv": texts["cat.csv"]}
    return _write(folder, {"train_simplified.zip": zipped(texts), "one_simplified.zip": zipped(one)})


def _write(folder: Path, files: Files) -> tuple[str, ...]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return tuple(files)


def _harmful_csv(whole: Files) -> Crafted:
    header, row, *_ = whole["simplified_cat.csv"].splitlines(keepends=True)
    start = row.rpartition(b",")[0]
    yield "many commas in the header", {"cat.csv": b"," * 3_000_000 + header + row}
    yield "many bad rows", {"cat.csv": header + row + b"x\n" * 50_000}
    yield "many classes", {"cat.csv": header + b"".join(b"%s,%d\n" % (start, number) for number in range(100_000))}
    yield "a line of 70 MB", {"cat.csv": header + b"x" * (70 << 20) + b"\n" + row}
    yield "60 MB in one line, then in many", {"cat.csv": header + b"x" * (60 << 20) + b"\n" * (60 << 20)}


def _slow_raw_strokes(whole: Files) -> Crafted:
    """Those for which simplifying takes longest: many crossings, and turns that come off one by one."""
    header = whole["raw_cat.csv"].splitlines(keepends=True)[0]
    crossings, turns = np.arange(390), np.arange(6000)
    radius, angle = 500 - np.arange(5000) / 10, np.arange(5000) * 0.3
    for title, x, y in (
        ("a stroke across and across", crossings % 2 * 1000, crossings),
        ("turns that come off one by one", turns // 6, turns % 2 * (100 - 80 * turns // 6000)),
        ("a spiral", np.rint(500 + radius * np.cos(angle)), np.rint(500 + radius * np.sin(angle))),
    ):
        drawing = f'"[[{x.astype(int).tolist()}, {y.astype(int).tolist()}, {list(range(len(x)))}]]"'
        rows = f"US,{drawing},5,True,,cat\n".encode() * max(1, 100_000 // len(drawing))
        yield title, {"raw_cat.csv": header + rows}


def _gzip_bombs(name: str, whole: Files) -> Crafted:
    text = gzip.decompress(next(iter(whole.values())))
    yield "a bomb of empty lines", {name: gzip_bomb(b"\n", BOMB)}
    yield "a bomb of one line", {name: gzip_bomb(b"\0", BOMB)}
    yield "a bomb behind a whole file", {name: gzipped(text) + gzip_bomb(b"\n", BOMB)}


def _harmful_zips(whole: Files) -> Crafted:
    for title, content in harmful_zips("cat.csv", csv_text("cat", "simplified")).items():
        yield title, {"train_simplified.zip": content}


def _harmful_bin(whole: Files) -> Crafted:
    yield "a million records of zeros", {"cat.bin": bytes(17 * 1_000_000)}
    yield "80 MB of ones", {"cat.bin": b"\xff" * (80 << 20)}


_simplified, _raw = partial(_texts, "simplified"), partial(_texts, "raw")
_objects, _raw_objects = partial(_ndjson, "simplified"), partial(_ndjson, "raw")

READERS = (
    Reader("csv", _simplified, read_drawings, _harmful_csv, csv_files("cat.csv"), weight=3),
    Reader("csv raw", _raw, read_drawings, _slow_raw_strokes, csv_files("raw_cat.csv"), weight=2),
    Reader("csv.gz", partial(_gzips, _simplified), read_drawings, partial(_gzip_bombs, "cat.csv.gz")),
    Reader("zip", _zips, read_drawings, _harmful_zips),
    Reader("ndjson", _objects, read_drawings, built=ndjson_files("cat.ndjson"), weight=2),
    Reader("ndjson raw", _raw_objects, read_drawings, built=ndjson_files("raw_cat.ndjson")),
    Reader("ndjson.gz", partial(_gzips, _objects), read_drawings, partial(_gzip_bombs, "cat.ndjson.gz")),
    Reader("bin", _bin, read_drawings, _harmful_bin, bin_files("cat.bin"), weight=2),
)
