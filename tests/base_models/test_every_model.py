"""That each architecture of ours can be trained as it is meant to be: by compiled steps, through the feed."""

import numpy as np
import pytest

from base_models.layers import every_layer
from base_models.prediction import load_network, predict
from base_models.registry import MODELS, load_models
from base_models.training import train_fold
from features.doodles.sampling import some_doodles
from tests.in_memory import InMemory

load_models()
CLASSES = ("envelope", "moon")
LARGER = ("efficientnet_lite1", "efficientnet_lite2")  # the same as efficientnet_lite0 with more blocks
QUICK = sorted(name for name, model in MODELS.items() if model.footprint is None and name not in LARGER)


@pytest.mark.parametrize("name", QUICK)
def test_every_model_that_is_quick_to_build_trains_saves_and_gives_probabilities(name, tmp_path):
    model, source = MODELS[name], InMemory(some_doodles(CLASSES, each=12), CLASSES)
    settings = model.settings({"epochs": 1, "batch_size": 12, "views": 2, "augmentation": {"flip": 0.5}})
    train_fold(model, source, 0, 3, settings, tmp_path, seed=1)
    network = load_network(tmp_path / "model.keras")
    probabilities = predict(network, model.inputs, source, np.arange(8), settings)
    assert probabilities.shape == (8, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert not [layer.name for layer in every_layer(network) if "." in layer.name]  # torch refuses such names
