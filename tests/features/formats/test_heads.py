import gzip
import shutil
import zipfile

import numpy as np
import pytest

from features.bad_rows import BadRows
from features.drawings import Drawings
from features.formats import binary, kaggle_csv, ndjson, read, sources
from features.formats.heads import HEAD, Head
from tests.features.any_drawings import assert_same

CLASSES = ("cat", "dog")


@pytest.fixture(scope="module")
def drawings():
    """More of them than a head holds."""
    rng = np.random.default_rng(0)
    strokes = [[rng.integers(0, 256, (2, 40)).tolist()] for _ in range(2500)]
    return Drawings.from_strokes(strokes, 10**15 + np.arange(2500), np.zeros(2500))


def write(path, drawings):
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".bin":
        binary.write(path, drawings)
    elif ".ndjson" in path.name:
        ndjson.write(path, drawings, CLASSES)
    else:
        kaggle_csv.write(path, drawings, CLASSES)


@pytest.mark.parametrize("name", ["cat.csv", "cat.csv.gz", "cat.ndjson", "cat.bin"])
def test_a_head_is_the_first_drawings_and_tells_about_how_many_there_are(tmp_path, drawings, name):
    write(tmp_path / name, drawings)
    (source,) = sources(tmp_path)
    head, bad_rows = Head.of_file(source), BadRows(tmp_path / "bad")
    first = head.drawings(bad_rows, CLASSES)
    whole = Drawings.concat(read(source, bad_rows, CLASSES))
    assert 0 < len(first) < len(whole)
    assert len(head.content) <= HEAD
    assert bad_rows.bad == 0
    assert_same(first, whole[: len(first)])
    assert not head.is_whole
    assert head.in_file(len(first)) == pytest.approx(len(whole), rel=0.1)


def test_a_member_of_a_zip_has_a_head_too(tmp_path, drawings):
    write(tmp_path / "cat.csv", drawings)
    with zipfile.ZipFile(tmp_path / "train_simplified.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "cat.csv", "cat.csv")
    (tmp_path / "cat.csv").unlink()
    (source,) = sources(tmp_path)
    head = Head.of_file(source)
    assert head.has_all_classes
    assert head.in_file(len(head.drawings(BadRows(tmp_path / "bad"), CLASSES))) == pytest.approx(2500, rel=0.1)


@pytest.mark.parametrize("name", ["cat.csv", "cat.csv.gz", "cat.ndjson", "cat.bin"])
def test_the_head_of_a_short_file_is_the_file(tmp_path, drawings, name):
    write(tmp_path / name, drawings[:7])
    head = Head.of_file(sources(tmp_path)[0])
    assert head.is_whole
    assert head.in_file(len(head.drawings(BadRows(tmp_path / "bad"), CLASSES))) == 7


def test_a_head_tells_all_classes_of_a_file_that_is_named_after_one_alone(tmp_path, drawings):
    write(tmp_path / "cat.csv", drawings)
    shutil.copyfile(tmp_path / "cat.csv", tmp_path / "train.csv")
    cat, train = map(Head.of_file, sources(tmp_path))
    assert cat.has_all_classes
    assert not train.has_all_classes


def test_a_file_cut_short_has_a_head_or_says_why_not(tmp_path, drawings):
    write(tmp_path / "cat.csv", drawings)
    packed = gzip.compress((tmp_path / "cat.csv").read_bytes())
    (tmp_path / "cat.csv").unlink()
    (tmp_path / "cat.csv.gz").write_bytes(packed[: len(packed) // 2])
    head = Head.of_file(sources(tmp_path)[0])
    assert len(head.drawings(BadRows(tmp_path / "bad"), CLASSES)) > 0
