"""What is written is read again: all three formats, their packed forms too."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from features.bad_rows import BadRows
from features.drawings import Drawings
from features.formats import binary, kaggle_csv, ndjson, read, sources
from tests.features.any_drawings import CLASSES, any_drawings, assert_same
from tests.features.real_drawings import real_drawings

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_back(path: Path, classes: tuple[str, ...] | None = CLASSES) -> Drawings:
    bad_rows = BadRows(path.parent / "bad_rows.tsv", share=0)
    return Drawings.concat(drawings for source in sources(path) for drawings in read(source, bad_rows, classes))


@pytest.mark.parametrize("name", ["simplified.csv", "simplified.csv.gz"])
@few
@given(any_drawings())
def test_kaggle_csv_gives_back_what_was_written(tmp_path: Path, name: str, drawings: Drawings) -> None:
    kaggle_csv.write(tmp_path / name, drawings, CLASSES)
    assert_same(read_back(tmp_path / name), drawings)


@few
@given(any_drawings())
def test_ndjson_gives_back_what_was_written(tmp_path: Path, drawings: Drawings) -> None:
    path = tmp_path / "simplified.ndjson"
    ndjson.write(path, drawings, CLASSES)
    if len(drawings):
        assert_same(read_back(path), drawings)


@few
@given(any_drawings(with_time=False))
def test_binary_gives_back_all_that_it_holds(tmp_path: Path, drawings: Drawings) -> None:
    path = tmp_path / "full_binary_hot dog.bin"
    binary.write(path, drawings)
    if len(drawings):
        back = read_back(path)
        assert_same(back, drawings, but=("label",))
        assert back.label.tolist() == [CLASSES.index("hot dog")] * len(drawings)


def test_real_drawings_go_through_a_zip_of_all_formats(tmp_path: Path) -> None:
    drawings = real_drawings(200)
    kaggle_csv.write(tmp_path / "cat.csv.gz", drawings)
    ndjson.write(tmp_path / "cat.ndjson", drawings)
    binary.write(tmp_path / "cat.bin", drawings)
    with zipfile.ZipFile(tmp_path / "train_simplified.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("cat.csv.gz", "cat.ndjson", "cat.bin"):
            archive.write(tmp_path / name, name)
    assert_same(read_back(tmp_path / "train_simplified.zip", None), Drawings.concat([drawings] * 3))
