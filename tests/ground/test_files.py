import errno
import os
from dataclasses import dataclass

import pytest

from ground.errors import BadData, MissingResult
from ground.files import (
    read_json_as,
    sha256,
    whole_file,
    whole_folder,
    write_json,
    write_json_once,
)


def test_a_file_appears_whole_and_leaves_no_temporary_behind(tmp_path):
    with whole_file(tmp_path / "new" / "a.csv") as temporary:
        assert temporary.suffix == ".csv"
        temporary.write_text("one")
        assert not (tmp_path / "new" / "a.csv").exists()
    assert (tmp_path / "new" / "a.csv").read_text() == "one"
    assert os.listdir(tmp_path / "new") == ["a.csv"]


def test_a_failed_write_leaves_the_earlier_file_as_it_was(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("earlier")
    with pytest.raises(UnicodeEncodeError), whole_file(path) as temporary:
        temporary.write_text("half, then a letter that ASCII lacks: é", encoding="ascii")
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_folder_appears_with_all_its_files_and_replaces_an_earlier_one(tmp_path):
    path = tmp_path / "part"
    for content in ("first", "second"):
        with whole_folder(path) as temporary:
            (temporary / "x").write_text(content)
    assert (path / "x").read_text() == "second"
    assert os.listdir(tmp_path) == ["part"]


def test_a_failed_folder_leaves_nothing(tmp_path):
    with pytest.raises(IsADirectoryError), whole_folder(tmp_path / "part") as temporary:
        temporary.write_text("a folder takes no text")
    assert os.listdir(tmp_path) == []


def test_json_comes_back_as_written(tmp_path):
    content = {"words": ["café", "t-shirt"], "n": 3}
    write_json(tmp_path / "a.json", content)
    assert read_json_as(tmp_path / "a.json", dict) == content


def test_json_written_once_stays_as_the_first_writer_wrote_it(tmp_path):
    for content in ("first", "second"):
        write_json_once(tmp_path / "new" / "a.json", content)
    assert read_json_as(tmp_path / "new" / "a.json", str) == "first"
    assert os.listdir(tmp_path / "new") == ["a.json"]


@pytest.mark.parametrize("taken", [False, True])
def test_a_link_never_replaces_a_file_that_came_meanwhile(tmp_path, monkeypatch, taken):
    path, link = tmp_path / "a.json", os.link

    def link_later(source, target):
        if taken:
            path.write_text('"theirs"')
        link(source, target)

    monkeypatch.setattr("ground.files.os.link", link_later)
    write_json_once(path, "ours")
    assert read_json_as(path, str) == ("theirs" if taken else "ours")
    assert os.listdir(tmp_path) == ["a.json"]


def test_json_is_written_once_on_a_disk_without_hard_links_too(tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("ground.files.os.link", refuse)
    write_json_once(tmp_path / "a.json", "first")
    write_json_once(tmp_path / "a.json", "second")
    assert read_json_as(tmp_path / "a.json", str) == "first"


@pytest.mark.parametrize(
    "content", [b"{\xff", b"", b"[" * 100_000, b"1" * 5000, b'"\\ud800"'], ids=lambda content: str(content[:9])
)
def test_what_is_not_json_is_named(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(BadData, match=r"Expected JSON in .*a\.json"):
        read_json_as(tmp_path / "a.json", dict)


@dataclass(frozen=True)
class Counts:
    rows: int
    names: tuple[str, ...]


def test_json_of_a_known_form_becomes_that_form(tmp_path):
    write_json(tmp_path / "a.json", {"rows": 3, "names": ["a", "b"], "more": None})
    assert read_json_as(tmp_path / "a.json", Counts) == Counts(3, ("a", "b"))


@pytest.mark.parametrize(
    "text", ['{"rows": "3", "names": []}', '{"rows": 3}', '{"rows": 3, "names": [1]}', "[]", "", "["]
)
def test_json_of_another_form_is_refused_by_name(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadData, match=r"Expected JSON in .*a\.json"):
        read_json_as(tmp_path / "a.json", Counts)


def test_json_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(MissingResult, match=r"a\.json.* Repeat the step that writes it"):
        read_json_as(tmp_path / "a.json", Counts)
    with pytest.raises(MissingResult, match=r"a\.json.* Ask for another"):
        read_json_as(tmp_path / "a.json", Counts, "Ask for another.")


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
