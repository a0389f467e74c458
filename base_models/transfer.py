"""What a network begins with: the weights of a model trained elsewhere, and which of them stay as they are."""

import keras

from base_models.layers import every_layer
from ground.errors import BadSettings


def start_from(network: keras.Model, trained: keras.Model) -> None:
    """Give `network` the weights of `trained`, a model of the same architecture, maybe for other classes.

    Layers are matched by their place. The last layer with weights starts anew where the classes differ in number;
    raises `BadSettings` where any other layer differs.
    """
    ours, theirs = _layers(network), _layers(trained)
    differ = [
        place for place, (one, other) in enumerate(zip(ours, theirs, strict=False)) if _shapes(one) != _shapes(other)
    ]
    if len(ours) != len(theirs) or any(place != len(ours) - 1 for place in differ):
        where = f"the {ours[differ[0]].name} of {_shapes(ours[differ[0]])}" if differ else f"{len(ours)} layers"
        raise BadSettings(
            f"Expected a trained model of the same architecture to start from ({where}), received another "
            f"({len(theirs)} layers). Start from a run of the same model, or without start_from."
        )
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if place not in differ:
            one.set_weights(other.get_weights())


def freeze(network: keras.Model, share: float) -> None:
    """Let the first `share` of the layers with weights, from the input on, keep them; the last layer always learns.

    Nothing is computed backwards through them, and their normalisations stay as they are.
    """
    layers = [layer for layer in every_layer(network) if layer.weights]
    for layer in layers[: min(round(share * len(layers)), len(layers) - 1)]:
        layer.trainable = False


def _layers(network: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in network.layers if layer.weights]


def _shapes(layer: keras.layers.Layer) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]
