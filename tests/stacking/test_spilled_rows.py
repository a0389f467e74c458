import tempfile
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from ground.errors import NotEnoughRoom
from stacking.boosting import boost
from stacking.spilled_rows import SpilledRows

ROWS, COLUMNS = 3_000, 6
FEATURES = np.random.default_rng(0).normal(size=(ROWS, COLUMNS)).astype(np.float32)
FEATURES[::5, 1], FEATURES[:, 2] = np.nan, np.arange(ROWS) % 40  # unknown values, and classes


def spilled(features: np.ndarray) -> SpilledRows:
    rows = SpilledRows(COLUMNS, at_most=len(features))
    for part in np.array_split(features, 7):
        rows.append(part)
    return rows


def test_rows_come_back_as_they_went() -> None:
    with spilled(FEATURES) as rows:
        assert len(rows) == ROWS
        np.testing.assert_array_equal(rows[0:ROWS], FEATURES)
        np.testing.assert_array_equal(rows[17:40], FEATURES[17:40])
        np.testing.assert_array_equal(rows[ROWS - 1 : ROWS], FEATURES[-1:])


@pytest.mark.parametrize("sample", [500, ROWS])
def test_trees_are_those_of_the_same_rows_in_memory(sample: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SpilledRows, "batch_size", 700)
    truth = (FEATURES[:, 0] + FEATURES[:, 2] % 3 > 1).astype(np.float32)
    settings = {"objective": "binary", "feature_pre_filter": False}
    trees = []
    with spilled(FEATURES) as rows:
        for features in (FEATURES, rows):
            bins = lightgbm.Dataset(rows.sample(sample, seed=0), categorical_feature=[2])
            data = lightgbm.Dataset(features, truth, bins, categorical_feature=[2])
            trees.append(boost(data, 5, seed=0, threads=1, settings=settings).model_to_string())
    assert trees[0] == trees[1]


def test_its_file_has_no_name_for_a_killed_process_to_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with spilled(FEATURES) as rows:
        assert list(tmp_path.iterdir()) == []
        np.testing.assert_array_equal(rows[5:6], FEATURES[5:6])


def test_what_does_not_fit_on_the_disk_is_not_begun() -> None:
    with pytest.raises(NotEnoughRoom, match="TMPDIR"):
        SpilledRows(COLUMNS, at_most=10**15)
