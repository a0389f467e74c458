"""Starting from the weights of a model trained elsewhere."""

import keras

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


def _layers(network: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in network.layers if layer.weights]


def _shapes(layer: keras.layers.Layer) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]
