from dataclasses import replace

import pytest

from base_models.footprint import Footprint
from pipelines.memory import Memory
from pipelines.preflight.room import disk_check, disk_needs, memory_check, write_check
from pipelines.run_folder import RunFolder

FOLDS = {"tiny": [0, 1]}
FOOTPRINTS = {"tiny": Footprint(parameters=1000, outputs=2000)}


def test_a_place_that_cannot_be_written_to_is_a_failure(tmp_path):
    (tmp_path / "file").touch()
    check = write_check(RunFolder(tmp_path / "file" / "run"))
    assert check.state == "failure"
    assert "File exists" in check.found
    assert write_check(RunFolder(tmp_path)).state == "ok"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_will_not_do_is_a_failure_that_says_what_takes_how_much(settings, known, tmp_path):
    run = RunFolder(tmp_path)
    check = disk_check(run, settings, replace(known, drawings=10**14), FOLDS, FOOTPRINTS)
    assert check.state == "failure"
    assert "TB needed: shards" in check.found
    assert disk_check(run, settings, known, FOLDS, FOOTPRINTS).state == "ok"


def test_the_disk_that_is_needed_grows_with_what_is_asked_for(settings, known, tmp_path):
    run = RunFolder(tmp_path)
    needs = disk_needs(run, settings, known, FOLDS, FOOTPRINTS)
    assert needs["models"] == 3 * 12 * 1000  # two models and a state, of a weight and two moments
    assert needs["feeds"] == 0
    halved = disk_needs(run, settings, known, {"tiny": [1]}, FOOTPRINTS)
    assert halved["probabilities"] * 2 == needs["probabilities"]
    counted = disk_needs(run, settings, replace(known, counted=True), FOLDS, FOOTPRINTS)
    assert counted["shards"] == 0
    for feed, least in (("textline", 10 * 120), ("tfrecord", 32 * 32 * 120)):
        training = settings.train_by_model["tiny"].but(feed=feed)
        fed = settings.but(train_by_model={"tiny": training})
        assert disk_needs(run, fed, known, FOLDS, FOOTPRINTS)["feeds"] > least


@pytest.mark.parametrize(
    ("free", "place", "state"),
    [
        (8e9, "main memory", "ok"),
        (3e8, "main memory", "warning"),  # of 0.5 GB
        (1e8, "main memory", "failure"),
        (2e5, "GPU memory", "ok"),  # of 0.14 MB
        (1e5, "GPU memory", "warning"),
        (5e4, "GPU memory", "failure"),
    ],
)
def test_memory_is_compared_with_what_the_largest_model_takes(settings, free, place, state):
    check = memory_check(settings.but(workers=1), Memory(int(free), place), FOOTPRINTS)
    assert check.state == state
    assert "tiny takes about" in check.found
    assert ("batch_size" in check.advice) is (state != "ok")
