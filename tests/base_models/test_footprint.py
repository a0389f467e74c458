import keras

from base_models.footprint import Footprint, footprint_of


def test_parameters_and_outputs_are_counted_through_nested_networks():
    inner = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    image = keras.Input((6,))
    network = keras.Model(image, keras.layers.Dense(3)(inner(image)))
    footprint = footprint_of(network)
    assert footprint.parameters == (6 + 1) * 4 + (4 + 1) * 3
    assert footprint.outputs == 6 + 4 + 3


def test_training_keeps_weights_gradients_two_moments_and_all_outputs_of_a_batch():
    footprint = Footprint(parameters=1_000, outputs=50)
    assert footprint.weight_bytes == 4_000
    assert footprint.training_bytes(batch_size=10) == 4 * 4_000 + 10 * 50 * 4
