import csv
import shutil

from pipelines.run_folder import RunFolder
from tests.pipelines.preflight.looks import looked, of_data


def test_data_that_are_not_there_or_cannot_be_read_are_a_failure(settings, own_data, tmp_path):
    run = RunFolder(tmp_path / "run")
    (tmp_path / "empty").mkdir()
    (own_data / "train_simplified" / "line.csv").write_text("a,b\n1,2\n")
    for folder, message in [
        (tmp_path / "nowhere", "received no such file or folder"),
        (tmp_path / "empty", "received none"),
        (own_data, "Expected a CSV with the columns"),
    ]:
        check = looked(run, settings.but(data=str(folder)))["data"]
        assert check.state == "failure"
        assert message in check.found


def test_many_bad_rows_are_a_warning(settings, own_data, tmp_path):
    with (own_data / "train_simplified" / "line.csv").open("a") as file:
        file.write("US,[[[0]]],77,True,,line\n" * 12)
    check = of_data(settings, own_data, RunFolder(tmp_path / "run"))["data"]
    assert check.state == "warning"
    assert "12 of 132 rows that were looked at are no drawings" in check.found


def test_too_few_classes_are_a_failure(settings, own_data, tmp_path):
    run = RunFolder(tmp_path / "run")
    for word in ("cross", "line"):
        (own_data / "train_simplified" / f"{word}.csv").unlink()
    check = of_data(settings, own_data, run)["classes"]
    assert (check.state, check.found) == ("failure", "2: ice cream, square")
    assert "A submission names 3" in check.advice
    (own_data / "train_simplified" / "square.csv").unlink()
    check = of_data(settings, own_data, run)["classes"]
    assert "A classifier needs two or more" in check.advice


def test_data_that_changed_since_the_shuffle_are_a_failure_and_gone_ones_are_not(finished_once, settings, own_data):
    shutil.copyfile(own_data / "train_simplified" / "line.csv", own_data / "train_simplified" / "zigzag.csv")
    check = of_data(settings, own_data, finished_once)["data"]
    assert check.state == "failure"
    assert "received one of other files" in check.found
    shutil.rmtree(own_data)
    check = of_data(settings, own_data, finished_once)["data"]
    assert check.state == "note"
    assert "is gone, and not needed" in check.found


def test_probabilities_of_other_classes_than_the_shards_are_a_failure(finished, settings):
    manifest = finished.oof("tiny") / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"line"', '"lion"'))
    check = of_data(settings, settings.data, finished)["classes"]
    assert check.state == "failure"
    assert "Expected the classes 4 in all, 'line' at place 2" in check.found


def test_folds_without_drawings_and_classes_of_fewer_drawings_than_folds_are_told(settings, own_data, tmp_path):
    run, file = RunFolder(tmp_path / "run"), own_data / "train_simplified" / "square.csv"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:2]))
    check = of_data(settings, own_data, run)["folds"]
    assert check.state == "warning"
    assert check.found.endswith("classes of fewer drawings than folds: square")
    for file in (own_data / "train_simplified").iterdir():
        renumber(file)
    check = of_data(settings, own_data, run)["folds"]
    assert check.state == "failure"
    assert "none in 1" in check.found
    assert "give key_ids that spread" in check.advice


def renumber(file):
    """Give a file's drawings the key_ids 1, 2, 3, …, which are all of fold 0."""
    with file.open(newline="") as lines:
        header, *rows = csv.reader(lines)
    for number, row in enumerate(rows, start=1):
        row[header.index("key_id")] = str(number)
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([header, *rows])


def test_a_sample_submission_of_other_drawings_or_another_form_is_a_failure(settings, own_data, tmp_path):
    run, sample = RunFolder(tmp_path / "run"), own_data / "sample_submission.csv"
    lines = sample.read_text().splitlines(keepends=True)
    sample.write_text("".join([*lines[:-1], "5,line cross square\n"]))
    check = of_data(settings, own_data, run)["submission"]
    assert check.state == "failure"
    assert "1 key_ids that the test files lack, 1 fewer, first 5" in check.found
    sample.write_text("".join(["id,word\n", *lines[1:]]))
    check = of_data(settings, own_data, run)["submission"]
    assert check.state == "failure"
    assert "header" in check.found
    sample.unlink()
    assert of_data(settings, own_data, run)["submission"].state == "note"
    for file in own_data.glob("test_*"):
        file.unlink()
    assert "no test drawings" in of_data(settings, own_data, run)["submission"].found
