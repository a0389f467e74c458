import csv
from pathlib import Path

import pytest

from features.bad_rows import BadRows, allowed, merge
from ground.errors import BadData


def test_one_bad_row_does_not_end_a_small_file_and_too_many_end_it(tmp_path: Path) -> None:
    bad_rows = BadRows(tmp_path / "bad.csv", share=0.01)
    bad_rows.saw(3)
    for line in range(10):
        bad_rows.add("cat.csv", [(line, "no drawing", "row")])
    with pytest.raises(BadData, match=r"at most 1\.0%.*received 11 in 3.*cat\.csv:99 \(no drawing\).*bad\.csv"):
        bad_rows.add("cat.csv", [(99, "no drawing", "row")])
    assert len((tmp_path / "bad.csv").read_text().splitlines()) == 12  # all of them, and the header


@pytest.mark.parametrize(
    ("bad", "rows", "share", "may"),
    [(0, 0, 0, True), (1, 10**6, 0, False), (10_000, 10**6, 0.01, True), (10_001, 10**6, 0.01, False), (9, 9, 1, True)],
)
def test_the_share_is_of_the_rows_seen_but_of_1000_at_least(bad: int, rows: int, share: float, may: bool) -> None:
    assert allowed(bad, rows, share) is may


def test_a_row_is_shown_short_and_harmless(tmp_path: Path) -> None:
    bad_rows = BadRows(tmp_path / "bad.csv", share=1)
    bad_rows.add("a,b.csv", [(1, "reason", "\x1b[2J" + "x" * 1000), (None, "reason", "no line\r\n")])
    with (tmp_path / "bad.csv").open(newline="", encoding="utf-8") as lines:
        first, second = csv.DictReader(lines)
    assert first["file"] == "a,b.csv"
    assert "\x1b" not in first["row"]
    assert len(first["row"]) == 120
    assert (second["line"], second["row"]) == ("", "no line")


def test_files_of_bad_rows_are_joined_under_one_header(tmp_path: Path) -> None:
    for name in ("a", "b"):
        BadRows(tmp_path / f"{name}.csv", share=1).add(name, [(1, "reason", "row")])
    merge([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "all.csv")
    assert (tmp_path / "all.csv").read_text().splitlines() == [
        "file,line,reason,row",
        "a,1,reason,row",
        "b,1,reason,row",
    ]
    merge([], tmp_path / "all.csv")
    assert not (tmp_path / "all.csv").exists()


def test_a_file_of_junk_is_refused_before_all_of_it_is_set_aside(tmp_path: Path) -> None:
    bad_rows = BadRows(tmp_path / "bad.csv", share=0.01)
    bad_rows.saw(10**6)
    rows = ((line, "no drawing", "row") for line in range(10**6))
    with pytest.raises(BadData, match=r"received 20,000 in 1,000,000"):
        bad_rows.add("cat.csv", rows)
    assert next(rows)[0] == 20_000
