from dataclasses import replace

import numpy as np
import pytest

from features.bad_rows import BadRows
from features.csv_export import COLUMNS, PLAIN, TIMED, csv_bytes, csv_folder, csv_path, needs_times
from features.drawings import Drawings
from features.formats import read, sources
from features.inputs import ColorImage, GrayImage, StrokeSequence
from ground.errors import BadSettings, MissingResult
from tests.features.any_drawings import assert_same

BY_TIME, BY_ORDER = ColorImage(), ColorImage(use_time=False)


def read_back(folder, shards):
    """The drawings of all its files, in the order of the shards."""
    bad_rows = BadRows(folder / "bad_rows.csv", share=0)
    files = [replace(file, form="simplified") for file in sources(folder)]  # times alone would say raw
    drawings = Drawings.concat(part for file in files for part in read(file, bad_rows, shards.classes))
    return drawings[np.argsort(drawings.key_id)[np.argsort(np.argsort(shards.key_id))]]


def test_csv_with_times_holds_all_that_the_shards_hold(served):
    shards = served(TIMED)
    assert_same(read_back(shards.folder / TIMED, shards), shards.take(np.arange(len(shards))))


def test_csv_without_times_holds_all_but_them(served):
    shards = served(PLAIN)
    back = read_back(shards.folder / PLAIN, shards)
    assert not back.has_time.any()
    assert_same(back, shards.take(np.arange(len(shards))), but=("time",))


@pytest.mark.parametrize("with_time", [False, True])
def test_the_disk_that_csv_takes_is_foretold_from_a_sample(served, with_time):
    shards = served(TIMED if with_time else PLAIN)
    files = [csv_path(shards.folder / (TIMED if with_time else PLAIN), cv) for cv in range(100)]
    empty = min(file.stat().st_size for file in files)  # a header, packed: here most of a file
    written = sum(file.stat().st_size - empty for file in files)
    assert 0.3 * written < csv_bytes(shards, with_time) < written  # drawings packed by twos take more than together


def test_drawings_that_see_no_time_take_either_csv_and_others_the_one_with_times(served):
    for inputs in (GrayImage(), BY_ORDER):
        assert csv_folder(served(PLAIN), inputs).name == PLAIN
        assert csv_folder(served(TIMED), inputs).name == TIMED
    for inputs in (BY_TIME, StrokeSequence()):
        assert csv_folder(served(TIMED), inputs).name == TIMED
        with pytest.raises(
            BadSettings, match=r"75 drawings have some; received files without.*shuffle --format csv-time"
        ):
            csv_folder(served(PLAIN), inputs)


def test_without_any_times_in_the_set_csv_without_them_serves_all(known_shards):
    class Untimed:
        has_time = np.zeros(3, bool)

    assert needs_times(known_shards, BY_TIME)
    assert not needs_times(Untimed, BY_TIME)


@pytest.mark.parametrize(("inputs", "wanted"), [(GrayImage(), PLAIN), (BY_TIME, TIMED)])
def test_missing_files_are_counted_with_what_to_run(own_shards, inputs, wanted):
    command = rf"doodlestack shuffle --format {wanted} --run {own_shards.folder.parent}"
    with pytest.raises(MissingResult, match=rf"in .*{wanted}, received 0 of 100. Run `{command}`"):
        csv_folder(own_shards, inputs)


def test_the_columns_that_the_feed_reads_are_there():
    assert {"drawing", "y", "key_id"} <= {*COLUMNS}
