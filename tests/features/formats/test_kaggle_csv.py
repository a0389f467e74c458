import csv
import io
from pathlib import Path

import numpy as np
import pytest

from features.bad_rows import BadRows
from features.classes import MOST_CLASSES
from features.drawings import Drawings
from features.formats import blocks, kaggle_csv, read, sources, words
from ground.errors import BadData
from tests.features.any_drawings import assert_same

HEADER = "countrycode,drawing,key_id,recognized,timestamp,word"
LINE = '"[[[0, 255], [10, 20]]]"'
CAT = f"DE,{LINE},5000000000000001,True,2017-03-05 17:55:05.16734,cat"
CLASSES = ("cat", "hot dog")


def read_text(
    tmp_path: Path, text: str | bytes, name: str = "simplified.csv", **options
) -> tuple[Drawings, list[dict]]:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    options = {"classes": CLASSES, **options}
    bad_rows = BadRows(tmp_path / "bad.csv")
    drawings = Drawings.concat(read(sources(path)[0], bad_rows, **options))
    if not bad_rows.bad:
        return drawings, []
    with bad_rows.file.open(newline="", encoding="utf-8") as lines:
        return drawings, list(csv.DictReader(lines))


def test_every_column_arrives(tmp_path: Path) -> None:
    drawings, _ = read_text(tmp_path, f"{HEADER}\n{CAT}\nUS,[],7,False,,hot_dog\n,[],8,,,cat\n")
    assert drawings.key_id.tolist() == [5000000000000001, 7, 8]
    assert drawings.label.tolist() == [0, 1, 0]
    assert drawings.country.tolist() == [b"DE", b"US", b""]
    assert drawings.recognized.tolist() == [1, 0, -1]
    assert drawings.timestamp[0] == np.datetime64("2017-03-05T17:55:05.167340")
    assert np.isnat(drawings.timestamp[1:]).all()
    assert drawings.strokes(0)[0].tolist() == [[0, 10], [255, 20]]
    assert len(drawings.strokes(1)) == 0


def test_columns_may_stand_in_any_order_with_others_and_windows_line_ends(tmp_path: Path) -> None:
    text = f"\ufeffword,y,drawing,key_id\r\ncat,3,{LINE},12\r\n\r\nhot dog,4,{LINE},13\r\n"
    drawings, bad = read_text(tmp_path, text)
    assert drawings.key_id.tolist() == [12, 13]
    assert drawings.label.tolist() == [0, 1]
    assert not bad


def test_test_files_have_no_words_and_no_labels(tmp_path: Path) -> None:
    drawings, _ = read_text(tmp_path, f"key_id,countrycode,drawing\n12,US,{LINE}\n", classes=None)
    assert drawings.label.tolist() == [-1]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"DE,{LINE},1,True,,cat,more", "number of columns"),
        (f"DE,{LINE},1,True", "number of columns"),
        ('DE,"[[[0, 255], [10, 20]]],1,True,,cat', "quoted value"),
        ('DE,"[[[0], [1]]]"x,1,True,,cat', "quoted value"),
        (f"DE,{LINE},1.5e3,True,,cat", "key_id"),
        (f"DE,{LINE},,True,,cat", "key_id"),
        (f"DE,{LINE},9223372036854775808,True,,cat", "key_id"),
        (f"GER,{LINE},1,True,,cat", "countrycode"),
        (f"DE,{LINE},1,perhaps,,cat", "recognized"),
        (f"DE,{LINE},1,True,2017-02-29 00:00:00,cat", "timestamp"),
        (f"DE,{LINE},1,True,yesterday,cat", "timestamp"),
        (f"DE,{LINE},1,True,,dog", "class list"),
        ('DE,"[[[0, 255], [10, 20]]",1,True,,cat', "JSON of the form"),
        ('DE,"[[[0, 255,], [10, 20]]]",1,True,,cat', "JSON of the form"),
        ("DE,null,1,True,,cat", "JSON of the form"),
        ("DE,,1,True,,cat", "JSON of the form"),
        ('DE,"[[[0, 255]]]",1,True,,cat', "two lists"),
        ('DE,"[[[0],[0],[0],[0]]]",1,True,,cat', "two lists"),
        ('DE,"[[[0, 255], [10]]]",1,True,,cat', "differ in length"),
        ('DE,"[[[], []]]",1,True,,cat', "without a point"),
        ('DE,"[[[0, 256], [10, 20]]]",1,True,,cat', "coordinates"),
        ('DE,"[[[0, -1], [10, 20]]]",1,True,,cat', "coordinates"),
        ('DE,"[[[0, 1.5], [10, 20]]]",1,True,,cat', "coordinates"),
        ('DE,"[[[0], [1], [-5]]]",1,True,,cat', "time"),
        ('DE,"[[[0], [1], [5]], [[0], [1]]]",1,True,,cat', "some strokes have times"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line_and_reason(tmp_path: Path, row: str, reason: str) -> None:
    drawings, bad = read_text(tmp_path, f"{HEADER}\n{CAT}\n{row}\n{CAT}\n")
    assert len(drawings) == 2
    assert [(line["file"], line["line"]) for line in bad] == [(str(tmp_path / "simplified.csv"), "3")]
    assert reason in bad[0]["reason"]
    assert row.startswith(bad[0]["row"][:20])


def test_in_a_test_file_a_drawing_that_cannot_be_read_is_empty_but_keeps_its_key(tmp_path: Path) -> None:
    text = f'key_id,drawing\n1,{LINE}\n2,"[[[0, 1], [0]]]"\nx,{LINE}\n3,{LINE}\n'
    drawings, bad = read_text(tmp_path, text, classes=None, keep_unreadable=True)
    assert drawings.key_id.tolist() == [1, 2, 3]
    assert np.diff(drawings.drawing_starts).tolist() == [1, 0, 1]
    assert [line["line"] for line in bad] == ["3", "4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "received nothing"),
        (b"key_id,word\n1,cat\n", r"simplified\.csv.*without drawing"),
        (b"key_id,word,drawing,drawing\n", "a column twice"),
        (bytes(range(256)) * 40, "without key_id, drawing, word"),
        (HEADER.encode() + b"\n" + CAT.encode().replace(b"cat", b"dog") + b"\n", "none is one"),
    ],
)
def test_a_file_that_is_no_such_csv_is_refused_by_name(tmp_path: Path, text: bytes, message: str) -> None:
    with pytest.raises(BadData, match=message):
        read_text(tmp_path, text)


def test_a_file_of_one_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    monkeypatch.setattr(blocks, "LONGEST_LINE", 4000)
    with pytest.raises(BadData, match="lines of less than"):
        read_text(tmp_path, HEADER + "\n" + "x" * 9000)


def test_block_borders_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f'US,"[[[{n % 256}, 7], [3, {n % 99}]]]",{n},,,cat' for n in range(300)]
    rows[250] = "broken"
    text = "\n".join([HEADER, *rows])  # and no newline at the end
    whole, _ = read_text(tmp_path, text)
    monkeypatch.setattr(blocks, "BLOCK", 97)
    pieces, bad = read_text(tmp_path, text)
    assert len(whole) == 299
    assert_same(whole, pieces)
    assert [line["line"] for line in bad] == ["252"]


def test_strokes_of_three_lists_are_raw_where_the_name_does_not_say(tmp_path: Path) -> None:
    raw = 'DE,"[[[1000.5, 2020.5], [-7, -7], [0, 90]]]",1,True,,cat'
    drawings, _ = read_text(tmp_path, f"{HEADER}\nDE,[],2,,,cat\n{raw}\n", name="drawings.csv")
    assert drawings.strokes(1)[0].tolist() == [[0, 0], [255, 0]]
    assert drawings.time.tolist() == [0, 90]
    assert drawings.has_time.tolist() == [False, True]


def test_words_are_scanned_where_the_file_name_is_no_class(tmp_path: Path) -> None:
    (tmp_path / "cat.csv").write_text(f"{HEADER}\n{CAT}\n{CAT[:-3]}unicorn\n")  # a stray word is no class
    (tmp_path / "all.csv").write_text(f"{HEADER}\n{CAT}\n{CAT[:-3]}hot_dog\n")
    assert words(sources(tmp_path / "cat.csv")[0]) == ("cat",)
    assert words(sources(tmp_path / "all.csv")[0]) == ("cat", "hot dog")


def test_an_unknown_column_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="colour"):
        kaggle_csv.write(tmp_path / "x.csv", Drawings.empty(), columns=("key_id", "colour"))
    assert not (tmp_path / "x.csv").exists()


def test_what_cannot_be_a_word_is_no_class_and_its_rows_are_set_aside(tmp_path: Path) -> None:
    row = CAT.removesuffix("cat")
    text = f"{HEADER}\n{CAT}\n{row}\n{row} \n{row}cat\r\r\n{row}\x1b[2J\n".encode() + row.encode() + b"caf\xe9\n"
    (tmp_path / "draw.csv").write_bytes(text)
    assert words(sources(tmp_path / "draw.csv")[0]) == ("cat",)
    drawings, bad = read_text(tmp_path, text)
    assert len(drawings) == 1
    assert [row["line"] for row in bad] == ["3", "4", "5", "6", "7"]


def test_more_classes_than_labels_can_number_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"{LINE},1,{word}\n" for word in range(MOST_CLASSES + 1))
    (tmp_path / "draw.csv").write_text(f"drawing,key_id,word\n{rows}")
    with pytest.raises(BadData, match=r"at most 32,767 classes.*draw\.csv"):
        words(sources(tmp_path / "draw.csv")[0])


def test_lines_after_a_long_one_come_in_blocks_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 300)
    rows = (f"{HEADER}\n" + "x" * 5000 + "\n" + f"{CAT}\n" * 100).encode()
    found = [block.tobytes() for block in blocks.line_blocks(io.BytesIO(rows), "cat.csv")]
    assert b"".join(found) == rows
    assert sorted(map(len, found))[-2] <= 300
    drawings, bad = read_text(tmp_path, rows)
    assert len(drawings) == 100
    assert [row["line"] for row in bad] == ["2"]
