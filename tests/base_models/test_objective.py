import keras
import numpy as np
import pytest

from base_models.objective import accuracy, map_at_3, optimizer, smoothed_crossentropy
from base_models.schedule import learning_rate_schedule
from base_models.settings import TrainSettings
from oof.scores import map_at_3 as reference


def test_the_watched_map_at_3_is_that_of_the_scores():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(7), 200).astype("float32")
    labels = rng.integers(0, 7, 200)
    metric = map_at_3()
    metric.update_state(labels, probabilities)
    assert float(metric.result()) == pytest.approx(reference(probabilities, labels), abs=1e-6)


def test_a_constant_output_earns_no_map_at_3():
    metric = map_at_3()
    metric.update_state(np.array([0, 1, 2, 3]), np.full((4, 4), 0.25, "float32"))
    assert float(metric.result()) == 0.0


def test_the_loss_is_crossentropy_with_smoothed_labels():
    probabilities = np.array([[0.7, 0.2, 0.1]], "float32")
    target = np.array([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3])
    loss = smoothed_crossentropy(3, 0.1)(np.array([0]), probabilities)
    assert float(loss[0]) == pytest.approx(-(target * np.log(probabilities[0])).sum(), rel=1e-5)


def test_the_loss_of_soft_labels_is_crossentropy_with_their_parts():
    probabilities = np.array([[0.7, 0.2, 0.1]], "float32")
    loss = smoothed_crossentropy(3, 0.0)(np.array([[0, 0.6, 0, 0.4]], "float32"), probabilities)
    assert float(loss[0]) == pytest.approx(-0.6 * np.log(0.7) - 0.4 * np.log(0.1), rel=1e-5)


def test_scores_of_soft_labels_are_those_of_the_drawings_own_labels():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(7), 200).astype("float32")
    labels = rng.integers(0, 7, 200)
    soft = np.concatenate([labels[:, None], rng.dirichlet(np.ones(7), 200)], axis=1).astype("float32")
    for metric, again in ((accuracy(), accuracy()), (map_at_3(), map_at_3())):
        metric.update_state(labels, probabilities)
        again.update_state(soft, probabilities)
        assert float(metric.result()) == float(again.result()) > 0


def test_averages_of_the_weights_take_their_place_only_when_told():
    settings = TrainSettings(ema=0.5, learning_rate=0.1, schedule="cosine", warmup=0.0, weight_decay=0.0)
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, use_bias=False)])
    network.compile(optimizer(settings, learning_rate_schedule(settings, 100)), loss="mse")
    x, y = np.ones((8, 3), "float32"), np.full((8, 1), 50, "float32")
    seen = []
    for _ in range(3):
        network.fit(x, y, batch_size=8, verbose=0)
        seen.append(np.array(network.trainable_variables[0]))
    average = seen[0]
    for weights in seen[1:]:
        average = 0.5 * average + 0.5 * weights
    network.optimizer.use_averages(network)
    np.testing.assert_allclose(np.array(network.trainable_variables[0]), average, rtol=1e-6)


def test_weight_decay_spares_biases_and_normalisation():
    settings = TrainSettings(weight_decay=0.5, learning_rate=1.0, schedule="cosine", warmup=0.0)
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()])
    adamw = optimizer(settings, learning_rate_schedule(settings, 10))
    adamw.build(network.trainable_variables)
    network.layers[0].bias.assign(np.ones(2))
    before = [np.array(variable) for variable in network.trainable_variables]
    adamw.apply([np.zeros(variable.shape, "float32") for variable in network.trainable_variables])
    for variable, old in zip(network.trainable_variables, before, strict=True):
        expected = old * 0.5 if variable.name == "kernel" else old
        np.testing.assert_allclose(np.array(variable), expected, rtol=1e-6)
