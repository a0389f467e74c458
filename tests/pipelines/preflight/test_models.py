import shutil

import pytest

from ground.errors import BadSettings
from pipelines.layers import Layer, resolve
from pipelines.preflight import preflight
from pipelines.run_folder import RunFolder
from pipelines.train import earlier_weights
from tests.pipelines.preflight.looks import looked

WRONG_MODELS = """
import keras
from doodlestack import GrayImage, base_model


@base_model(inputs=GrayImage(size=16))
def too_few_classes(input_shape, classes):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(3)])


@base_model(inputs=GrayImage(size=16))
def no_softmax(input_shape, classes):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(classes)])


@base_model(inputs=GrayImage(size=16))
def broken(input_shape, classes):
    raise RuntimeError(f"no network for {classes} classes")


@base_model(inputs=GrayImage(size=16))
def of_one_size(input_shape, classes):
    x = image = keras.Input(input_shape)
    x = keras.layers.Dense(classes, activation="softmax")(keras.layers.Flatten()(x))
    return keras.Model(image, x)
"""


@pytest.mark.usefixtures("own_registry")
def test_every_model_is_tried_and_each_that_will_not_do_says_why(data, tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG_MODELS)
    names = ["too_few_classes", "no_softmax", "broken", "of_one_size"]
    values = {
        "data": str(data),
        "models": names,
        "model_files": [str(tmp_path / "wrong.py")],
        "train_by_model": {"of_one_size": {"small_first": 0.5}},
    }
    checks = looked(RunFolder(tmp_path / "run"), resolve([Layer(values, "the test")]))
    assert {checks[f"model {name}"].state for name in names} == {"failure"}
    assert "received (64, 3)" in checks["model too_few_classes"].found
    assert "of sum 1, from no_softmax" in checks["model no_softmax"].found
    assert "RuntimeError: no network for 4 classes (" in checks["model broken"].found
    assert "wrong.py" in checks["model broken"].found
    assert "pictures of any size, as small_first trains on two" in checks["model of_one_size"].found


def test_weights_to_start_from_and_model_files_must_be_there(finished_once, settings, tmp_path):
    run = RunFolder(tmp_path / "run")
    for start, state, message in [
        (finished_once.root, "ok", "from the weights in"),
        (tmp_path / "nothing", "failure", "to start from (start_from), received none"),
    ]:
        training = settings.train_by_model["tiny"].but(start_from=str(start))
        check = looked(run, settings.but(train_by_model={"tiny": training}))["model tiny"]
        assert check.state == state
        assert message in check.found
    check = looked(run, settings.but(model_files=(str(tmp_path / "gone.py"),)))["model tiny"]
    assert check.state == "failure"
    assert "gone.py, which is not there" in check.found


def test_layers_are_not_frozen_at_random_weights(finished_once, settings, tmp_path):
    run, training = RunFolder(tmp_path / "run"), settings.train_by_model["tiny"].but(frozen=0.5)
    frozen = settings.but(train_by_model={"tiny": training})
    check = looked(run, frozen)["model tiny"]
    assert check.state == "failure"
    assert "a share of 0.5 of the layers of tiny is frozen, received none" in check.found
    with pytest.raises(BadSettings, match="Name start_from, pretrain or"):
        earlier_weights(run, frozen, "tiny", 0)
    begun = settings.but(train_by_model={"tiny": training.but(start_from=str(finished_once.root))})
    assert looked(run, begun)["model tiny"].state == "ok"


def test_what_a_feed_reads_is_named_where_it_is_not_there_yet(finished_once, settings, tmp_path):
    training = settings.train_by_model["tiny"].but(feed="textline")
    fed = settings.but(train_by_model={"tiny": training})
    assert "made after the shuffle" in looked(RunFolder(tmp_path / "run"), fed)["feed of tiny"].found
    check = looked(finished_once, fed)["feed of tiny"]
    assert check.state == "note"
    assert "Expected train_k0.csv.gz to train_k99.csv.gz" in check.found


def test_a_model_can_be_tried_in_a_process_of_its_own(settings, tmp_path):
    (check,) = [check for check in preflight(RunFolder(tmp_path), settings, apart=True) if check.name == "model tiny"]
    assert check.state == "ok", check.found


def test_networks_that_have_but_to_answer_need_nothing_to_start_from(finished, settings, tmp_path):
    shutil.rmtree(finished.oof("tiny"))
    training = settings.train_by_model["tiny"].but(start_from=str(tmp_path / "gone"))
    check = looked(finished, settings.but(train_by_model={"tiny": training}))["model tiny"]
    assert (check.state, check.found) == ("note", "all its folds are trained")
