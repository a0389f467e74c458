"""That the ablation works in a tiny form, goes on where its time was over, and refuses what is not its own."""

import json

import pytest
import typer
from typer.testing import CliRunner

from base_models.records import DONE, TrainingRecord
from base_models.registry import load_models, model_named
from features.doodles import write_doodles
from ground.errors import BadSettings, RunChanged
from tests.benchmarks import ablation

pytestmark = [
    pytest.mark.usefixtures("eagerly"),
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning"),
]
APP = typer.Typer()
APP.command()(ablation.main)
TINY = ["--set", "folds=2", "--set", "train.epochs=1", "--set", "train.inputs.size=16", "--json"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("doodles")
    write_doodles(place, drawings_per_class=4, test_per_class=1)
    return place


def called(folder, out, *more):
    done = CliRunner().invoke(APP, ["--data", str(folder), "--out", str(out), *TINY, *more])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["rows"]


def test_each_setting_is_scored_and_compared_with_the_base_and_nothing_is_trained_twice(folder, tmp_path):
    nothing = called(folder, tmp_path, "--only", "mixup=0.2; teacher=base", "--minutes", "1e-9")
    assert nothing == []
    rows = called(folder, tmp_path, "--only", "mixup=0.2; teacher=base")
    kinds = [row["what"].partition(":")[0] + " " + (row["unit"]) for row in rows]
    assert kinds == [
        "base MAP@3",
        "base s",
        *("mixup=0.2 MAP@3",) * 2,
        "mixup=0.2 s",
        *("teacher=base MAP@3",) * 2,
        "teacher=base s",
    ]
    assert rows[3]["value"] == pytest.approx(rows[2]["value"] - rows[0]["value"])
    written = (tmp_path / "base" / "model.keras").stat().st_mtime_ns
    assert called(folder, tmp_path, "--only", "mixup=0.2; teacher=base") == rows
    assert (tmp_path / "base" / "model.keras").stat().st_mtime_ns == written
    with pytest.raises(RunChanged, match=r"base a training of these settings, received one of other settings\."):
        called(folder, tmp_path, "--set", "train.batch_size=16")


def test_as_many_drawings_are_seen_where_some_are_dropped(folder, tmp_path):
    called(folder, tmp_path, "--only", "unrecognized=drop", "--set", "train.epochs=8")
    base, dropped = (TrainingRecord.read(tmp_path / name / DONE) for name in ("base", "unrecognized=drop"))
    assert dropped.rows < base.rows
    assert abs(base.rows * base.epochs - dropped.rows * dropped.epochs) <= dropped.rows / 2


def test_every_setting_of_the_ablation_is_one_and_differs_from_the_defaults():
    load_models()
    base = model_named("gray64_cnn").settings({})
    for values in ablation.CRAFT.values():
        assert base.but(**ablation.merge(base.model_dump(), dict(values))) != base


def test_an_unknown_setting_names_the_nearest():
    with pytest.raises(BadSettings, match=r"received 'mixup=2'; did you mean 'mixup=0\.2'"):
        ablation.chosen("mixup=2")
