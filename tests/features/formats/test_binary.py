import struct
from pathlib import Path

import numpy as np
import pytest

from features.bad_rows import BadRows
from features.drawings import Drawings
from features.formats import binary, read, sources
from ground.errors import BadData
from tests.features.any_drawings import assert_same
from tests.features.real_drawings import real_drawings


def record(key_id: int = 5, country: bytes = b"US", recognized: int = 1, strokes=(([1, 2], [3, 4]),)) -> bytes:
    head = struct.pack("<Q2sbIH", key_id, country, recognized, 1_488_497_110, len(strokes))
    return head + b"".join(struct.pack("<H", len(x)) + bytes(x) + bytes(y) for x, y in strokes)


def read_bytes(tmp_path: Path, data: bytes, name: str = "cat.bin") -> tuple[Drawings, BadRows]:
    (tmp_path / name).write_bytes(data)
    bad_rows = BadRows(tmp_path / "bad.csv")
    return Drawings.concat(read(sources(tmp_path / name)[0], bad_rows, ("cat",))), bad_rows


def test_a_record_of_the_published_layout_is_read(tmp_path: Path) -> None:
    drawings, _ = read_bytes(tmp_path, record() + record(key_id=6, recognized=0, strokes=()))
    assert drawings.key_id.tolist() == [5, 6]
    assert drawings.recognized.tolist() == [1, 0]
    assert drawings.country.tolist() == [b"US", b"US"]
    assert str(drawings.timestamp[0]) == "2017-03-02T23:25:10.000000"
    assert drawings.strokes(0)[0].tolist() == [[1, 3], [2, 4]]
    assert len(drawings.strokes(1)) == 0


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(key_id=2**63), "key_id"),
        (record(country=b"\x01X"), "countrycode"),
        (record(recognized=7), "recognized"),
        (record(strokes=(([], []),)), "without a point"),
    ],
)
def test_a_bad_record_is_set_aside_by_its_number(tmp_path: Path, bad: bytes, reason: str) -> None:
    drawings, bad_rows = read_bytes(tmp_path, record() + bad + record(key_id=6))
    assert drawings.key_id.tolist() == [5, 6]
    assert f"{tmp_path}/cat.bin,2," in bad_rows.file.read_text()
    assert reason in bad_rows.file.read_text()


def test_a_file_cut_short_gives_its_whole_records(tmp_path: Path) -> None:
    drawings, bad_rows = read_bytes(tmp_path, record() + record()[:-1])
    assert len(drawings) == 1
    assert "the file ends inside this record" in bad_rows.file.read_text()


def test_block_borders_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawings = real_drawings(100)
    binary.write(tmp_path / "cat.bin", drawings)
    monkeypatch.setattr(binary, "BLOCK", 300)
    back, _ = read_bytes(tmp_path, (tmp_path / "cat.bin").read_bytes())
    assert_same(back, drawings, but=("label",))


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "cat.bin", "empty file"),
        (record(), "dog.bin", "no class 'dog'"),
        (np.random.default_rng(0).bytes(3000), "cat.bin", "none is one|bad rows"),
    ],
)
def test_a_file_that_is_no_such_bin_is_refused(tmp_path: Path, data: bytes, name: str, message: str) -> None:
    with pytest.raises(BadData, match=message):
        read_bytes(tmp_path, data, name)


def test_a_bad_record_that_needs_an_answer_hands_on_its_key_alone(tmp_path: Path) -> None:
    (tmp_path / "test.bin").write_bytes(record(country=b"\x01X", recognized=7) + record(key_id=6))
    source, bad_rows = sources(tmp_path / "test.bin")[0], BadRows(tmp_path / "bad.csv")
    drawings = Drawings.concat(read(source, bad_rows, keep_unreadable=True))
    assert drawings.key_id.tolist() == [5, 6]
    assert drawings.country.tolist() == [b"", b"US"]
    assert drawings.recognized.tolist() == [-1, 1]
    assert [len(drawings.strokes(row)) for row in (0, 1)] == [0, 1]
