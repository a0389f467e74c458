from pathlib import Path

import pytest

from features.bad_rows import BadRows
from features.drawings import Drawings
from features.formats import read, sources
from ground.errors import BadData

GOOD = (
    '{"word":"hot dog","countrycode":"VE","timestamp":"2017-03-02 23:25:10.07453 UTC","recognized":true,'
    '"key_id":"5201136883597312","drawing":[[[130,113],[72,40]]]}'
)


def read_text(tmp_path: Path, text: str, share: float = 1) -> tuple[Drawings, str]:
    path = tmp_path / "full_simplified_hot dog.ndjson"
    path.write_text(text)
    bad_rows = BadRows(tmp_path / "bad.csv", share)
    drawings = Drawings.concat(read(sources(path)[0], bad_rows, ("cat", "hot dog")))
    return drawings, bad_rows.file.read_text() if bad_rows.bad else ""


def test_googles_own_line_is_read(tmp_path: Path) -> None:
    drawings, _ = read_text(tmp_path, GOOD)
    assert drawings.key_id.tolist() == [5201136883597312]
    assert drawings.label.tolist() == [1]
    assert drawings.country.tolist() == [b"VE"]
    assert drawings.recognized.tolist() == [1]
    assert str(drawings.timestamp[0]) == "2017-03-02T23:25:10.074530"
    assert drawings.strokes(0)[0].tolist() == [[130, 72], [113, 40]]


def test_keys_may_stand_in_any_order_with_others_and_spaces_between(tmp_path: Path) -> None:
    text = (
        ' { "more" : {"a": ["}", 1]}, "drawing" : [ [ [1] , [2] ] ] , "key_id" : 12, "word" : "cat", "x\\"y": null } '
    )
    drawings, _ = read_text(tmp_path, f"{text}\n\n{text}\n")
    assert drawings.key_id.tolist() == [12, 12]
    assert drawings.strokes(1)[0].tolist() == [[1, 2]]
    assert drawings.recognized.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD[:-1], "not a JSON object"),
        (GOOD + "}", "not a JSON object"),
        ("[1, 2]", "not a JSON object"),
        ("{}", "not a JSON object"),
        ('{"key_id', "not a JSON object"),
        ('{"key_id":"1","word":"cat"}', "without one of"),
        ('{"key_id":"1","word":null,"drawing":[]}', "without one of"),
        (GOOD.replace("hot dog", "car"), "class list"),
        (GOOD.replace("[72,40]", "[72]"), "differ in length"),
        (GOOD.replace("true", "5"), "recognized"),
    ],
)
def test_a_bad_line_is_set_aside(tmp_path: Path, line: str, reason: str) -> None:
    drawings, bad = read_text(tmp_path, f"{GOOD}\n{line}\n{GOOD}\n")
    assert len(drawings) == 2
    assert f"{tmp_path}/full_simplified_hot dog.ndjson,2,{reason}" in bad.replace('"', "") or reason in bad


def test_raw_lines_are_reduced_and_keep_their_times(tmp_path: Path) -> None:
    path = tmp_path / "full_raw_cat.ndjson"
    path.write_text('{"word":"cat","key_id":"1","drawing":[[[10,10,20],[5.5,25.5,25.5],[0,40,60]]]}')
    drawings = Drawings.concat(read(sources(path)[0], BadRows(tmp_path / "bad.csv"), ("cat",)))
    assert drawings.strokes(0)[0].tolist() == [[0, 0], [0, 255], [128, 255]]
    assert drawings.time.tolist() == [0, 40, 60]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="empty file"):
        read_text(tmp_path, "")
