import socket

import keras
import numpy as np
import pytest

from base_models.registry import MODELS, load_models
from ground.errors import BadSettings

load_models()
NARROW = {"alpha": 0.25}
KERAS_FILE = "mobilenet_2_5_224_tf_no_top.h5"  # the name under which Keras keeps MobileNet's at alpha 0.25


@pytest.fixture
def body():
    """A narrow MobileNet without top, as one would have it from elsewhere."""
    return keras.applications.MobileNet(
        input_shape=(32, 32, 3), alpha=0.25, include_top=False, weights=None, pooling="avg"
    )


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """No network, and an empty cache of Keras; gives the folder in which Keras keeps its downloads."""

    def unreachable(*_, **__):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))  # Keras reads KERAS_HOME only once
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def mobilenet(**arguments):
    return MODELS["mobilenet"].build((32, 32, 1), 5, **{**NARROW, **arguments})


def assert_has_weights_of(network, body):
    ours = next(layer for layer in network.layers if isinstance(layer, keras.Model))
    for weights, expected in zip(ours.get_weights(), body.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)


@pytest.mark.parametrize("suffix", [".weights.h5", ".h5"])
def test_weights_come_from_a_file_in_either_of_keras_forms(suffix, body, tmp_path):
    file = tmp_path / f"body{suffix}"
    body.save_weights(file) if suffix == ".weights.h5" else body.save(file)
    assert_has_weights_of(mobilenet(weights=str(file)), body)


def test_a_file_of_another_network_is_refused(body, tmp_path):
    body.save_weights(tmp_path / "body.weights.h5")
    with pytest.raises(BadSettings, match=r"Expected weights for the body of mobilenet .*body\.weights\.h5, they"):
        mobilenet(weights=str(tmp_path / "body.weights.h5"), alpha=0.5)


def test_a_file_that_holds_no_weights_is_refused(tmp_path):
    (tmp_path / "notes.h5").write_text("bought milk")
    with pytest.raises(BadSettings, match="they do not fit"):
        mobilenet(weights=str(tmp_path / "notes.h5"))


@pytest.mark.parametrize("weights", ["Imagenet", "missing.h5", "body.keras"])
def test_a_file_that_is_not_there_or_of_another_kind_is_refused_before_any_training(weights, tmp_path, monkeypatch):
    (tmp_path / "body.keras").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSettings, match=r"weights: .*Expected 'imagenet', '' or an existing weight file \(\*\.h5\)"):
        MODELS["mobilenet"].settings({"network": {"weights": weights}})


def test_a_weight_file_is_kept_as_an_absolute_path_since_workers_run_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "body.weights.h5").touch()
    monkeypatch.chdir(tmp_path)
    settings = MODELS["mobilenet"].settings({"network": {"weights": "body.weights.h5"}})
    assert settings.network["weights"] == str((tmp_path / "body.weights.h5").resolve())


def test_imagenet_without_a_network_says_which_file_to_put_where(offline):
    message = rf"Expected ImageNet weights of mobilenet in ~/\.keras/models .*/{KERAS_FILE}.*Put the file there"
    with pytest.raises(BadSettings, match=message):
        mobilenet(weights="imagenet")


def test_imagenet_is_taken_from_where_keras_keeps_it_without_a_network(offline, body):
    body.save(offline / KERAS_FILE)
    assert_has_weights_of(mobilenet(weights="imagenet"), body)


def test_a_download_that_broke_off_is_told_as_such(offline):
    (offline / KERAS_FILE).write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    with pytest.raises(BadSettings, match="Expected ImageNet weights of mobilenet"):
        mobilenet(weights="imagenet")


def test_settings_for_which_keras_has_no_imagenet_weights_are_told(offline):
    with pytest.raises(BadSettings, match=r"Expected settings with ImageNet weights for mobilenet, .*alpha"):
        mobilenet(weights="imagenet", alpha=0.3)
