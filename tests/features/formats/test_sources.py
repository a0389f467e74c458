import gzip
import zipfile
from pathlib import Path

import pytest

from features.bad_rows import BadRows
from features.formats import read, sources
from ground.errors import BadData, MissingResult
from tests.faults.fuzz.archives import gzip_bomb, harmful_zips, zip_bomb, zipped

ROW = b'key_id,countrycode,drawing\n1,US,"[[[1], [2]]]"\n'


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(ROW)


def test_kaggles_layout_is_recognised(tmp_path: Path) -> None:
    data = tmp_path / "raw quickdraw_raw"  # what stands above the data says nothing
    touch(data, "train_simplified/hot dog.csv", "train_raw/hot dog.csv", "test_simplified.csv", "test_raw.csv")
    touch(data, "sample_submission.csv", "README.md", "test_labels.tsv", ".hidden/cat.csv")
    found = {source.name.removeprefix(f"{data}/"): (source.split, source.form) for source in sources(data)}
    assert found == {
        "train_simplified/hot dog.csv": ("train", "simplified"),
        "train_raw/hot dog.csv": ("train", "raw"),
        "test_simplified.csv": ("test", "simplified"),
        "test_raw.csv": ("test", "raw"),
    }


def test_googles_names_give_class_and_form(tmp_path: Path) -> None:
    touch(tmp_path, "full_simplified_test tube.ndjson", "full_raw_hot dog.ndjson", "full_binary_eye.bin", "draw.csv.gz")
    found = {source.class_name: (source.split, source.form, source.format) for source in sources(tmp_path)}
    assert found == {
        "test tube": ("train", "simplified", "ndjson"),
        "hot dog": ("train", "raw", "ndjson"),
        "eye": ("train", "simplified", "bin"),
        "draw": ("train", "unknown", "csv"),
    }


def test_members_of_kaggles_zips_are_read_in_place(tmp_path: Path) -> None:
    for name, member in [("train_raw.zip", "cat.csv"), ("test_simplified.csv.zip", "test_simplified.csv")]:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, ROW)
            archive.writestr("__MACOSX/._cat.csv", b"")
    test, train = sources(tmp_path)
    assert (train.split, train.form, train.class_name) == ("train", "raw", "cat")
    assert (test.split, test.form, test.size) == ("test", "simplified", len(ROW))
    drawings = next(read(test, BadRows(tmp_path / "bad.csv")))
    assert drawings.key_id.tolist() == [1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test_simplified.csv.zip", "train_raw.zip"]


def test_a_fingerprint_follows_the_content_and_not_the_date(tmp_path: Path) -> None:
    touch(tmp_path, "a.csv", "b.csv")
    first, second = sources(tmp_path)
    assert first.fingerprint() == second.fingerprint()
    (tmp_path / "b.csv").write_bytes(ROW.replace(b"US", b"DE"))
    assert first.fingerprint() != second.fingerprint()


def damaged_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cat.csv", ROW * 50)
    data = bytearray(path.read_bytes())
    data[40:60] = bytes(20)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("cut.csv.gz", lambda path: path.write_bytes(gzip.compress(ROW * 50)[:-20])),
        ("not.csv.gz", lambda path: path.write_bytes(ROW)),
        ("not.zip", lambda path: path.write_bytes(ROW)),
        ("damaged.zip", damaged_zip),
    ],
)
def test_a_damaged_archive_is_refused_by_name(tmp_path: Path, name: str, spoil) -> None:
    spoil(tmp_path / name)
    with pytest.raises(BadData, match=name):
        list(read(sources(tmp_path / name)[0], BadRows(tmp_path / "bad.csv")))


def test_no_drawings_and_no_folder_are_said_apart(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"received none"):
        sources(tmp_path)
    with pytest.raises(MissingResult, match="no such file or folder"):
        sources(tmp_path / "nowhere")


def test_a_folder_of_several_sets_is_refused_and_they_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "one/train_simplified/cat.csv", "one/test_simplified.csv", "two/cat.csv", "two/test_simplified.csv")
    with pytest.raises(BadData, match=f"in {tmp_path}/one, {tmp_path}/two. Name one of these folders"):
        sources(tmp_path)
    assert len(sources(tmp_path / "one")) == 2


def read_all(path: Path, tmp_path: Path) -> None:
    for source in sources(path):
        list(read(source, BadRows(tmp_path / "bad.csv"), keep_unreadable=True))


@pytest.mark.parametrize("line", [b"\n", b"\0"], ids=["empty lines", "one line"])
def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "bomb.csv.gz").write_bytes(gzip_bomb(line, 256 << 20))
    (tmp_path / "bomb.zip").write_bytes(zip_bomb("cat.csv", line, 256 << 20))
    (tmp_path / "nested.zip").write_bytes(zipped({"cat.csv.gz": gzip_bomb(line, 256 << 20)}))
    for name in ("bomb.csv.gz", "bomb.zip", "nested.zip"):
        with pytest.raises(BadData, match=rf"{name}.*(to grow at most 100-fold|lines of less than 64 MiB)|{name}"):
            read_all(tmp_path / name, tmp_path)


def test_members_are_read_in_place_wherever_their_names_point(tmp_path: Path) -> None:
    path = tmp_path / "in" / "data.zip"
    path.parent.mkdir()
    path.write_bytes(zipped({"../../escaped.csv": ROW, "/etc/escaped.csv": ROW}))
    read_all(path, tmp_path)
    assert not list(tmp_path.rglob("escaped.csv"))


@pytest.mark.parametrize("title", ["an encrypted member", "a wrong checksum", "packed by LZMA", "an unknown packing"])
def test_a_zip_that_cannot_be_unpacked_is_refused_by_name(tmp_path: Path, title: str) -> None:
    (tmp_path / "data.zip").write_bytes(dict(harmful_zips("cat.csv", ROW))[title])
    with pytest.raises(BadData, match=r"data\.zip/cat\.csv to unpack"):
        read_all(tmp_path / "data.zip", tmp_path)


def test_names_that_are_double_or_act_on_a_terminal_or_are_no_text_are_refused(tmp_path: Path) -> None:
    harmful = dict(harmful_zips("cat.csv", ROW))
    for title, message in [
        ("one name twice", "different names"),
        ("a member named '\\x1b[2J.csv'", "file names of letters"),
        ("a name that is no UTF-8", "to unpack"),
    ]:
        (tmp_path / "data.zip").write_bytes(harmful[title])
        with pytest.raises(BadData, match=rf"{message}.*data\.zip|data\.zip {message}"):
            sources(tmp_path / "data.zip")


def test_a_file_that_has_gone_since_it_was_found_is_named(tmp_path: Path) -> None:
    touch(tmp_path, "cat.csv")
    source = sources(tmp_path)[0]
    (tmp_path / "cat.csv").unlink()
    with pytest.raises(MissingResult, match=r"cat\.csv, received no such file"):
        list(read(source, BadRows(tmp_path / "bad.csv")))
