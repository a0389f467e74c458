import keras
import numpy as np
import pytest

from base_models.prediction import load_network, predict
from base_models.settings import TrainSettings
from features.drawings import Drawings
from features.inputs import GrayImage
from ground.errors import BadData
from tests.faults.fuzz.archives import TRAP
from tests.faults.fuzz.readers.networks import harmful_networks, write_networks

INPUTS, CLASSES = GrayImage(size=16), 3
DRAWINGS = Drawings.from_strokes([[[[0, 9, 200], [4, 80, 7]]], [[[255, 0], [0, 255]]]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    write_networks(folder)
    return folder


@pytest.fixture(scope="module")
def harmful(folder):
    return dict(harmful_networks({"one.keras": (folder / "one.keras").read_bytes()}))


def test_a_whole_network_answers_as_keras_has_it(folder):
    path = folder / "one.keras"
    ours = predict(load_network(path, INPUTS, CLASSES), INPUTS, DRAWINGS, np.arange(2), TrainSettings())
    theirs = keras.models.load_model(path).predict_on_batch(INPUTS.make(DRAWINGS))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("code in a Lambda layer", "lambda"),
        ("a function of another module", "mkdir"),
        ("a pickle for weights", "signature not found"),
        ("a billion units", r"layers of 5,000,000,\d+ weights with"),
        ("other pictures", "shape|Skipping"),
        ("an open end", "answers such as"),
        ("weights that are no numbers", r"answers such as \[nan nan nan\]"),
        ("weights of 2 GB that are not there", r"weights of 2,147,\d+,\d+ bytes in a file of"),
        ("another member", "other members than config.json, metadata.json, model.weights.h5"),
        ("a bomb", "other members|grow at most"),
    ],
)
def test_a_network_that_would_do_harm_is_refused_by_name_and_reason(title, reason, harmful, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.keras").write_bytes(harmful[title]["x.keras"])
    with pytest.raises(BadData, match=rf"(?s)x\.keras.*{reason}"):
        load_network(tmp_path / "x.keras", INPUTS, CLASSES)
    assert not (tmp_path / TRAP).exists()


def test_one_flipped_bit_in_the_weights_is_noticed(folder, tmp_path):
    content = bytearray((folder / "one.keras").read_bytes())
    place = content.index(b"model.weights.h5") + len(content) // 2
    content[place] ^= 1
    (tmp_path / "x.keras").write_bytes(content)
    with pytest.raises(BadData, match=r"x\.keras"):
        load_network(tmp_path / "x.keras")


def test_after_a_refusal_networks_are_made_and_loaded_as_before(folder, harmful, tmp_path):
    (tmp_path / "x.keras").write_bytes(harmful["a billion units"]["x.keras"])
    with pytest.raises(BadData):
        load_network(tmp_path / "x.keras")
    image = keras.Input((4,))
    assert keras.Model(image, keras.layers.Dense(2)(image)).count_params() == 10
    assert load_network(folder / "one.keras", INPUTS, CLASSES).output_shape == (None, 3)
