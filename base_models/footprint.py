"""How large a network is, and about how much memory its training takes."""

import math
from dataclasses import dataclass

import keras

from base_models.layers import every_layer


@dataclass(frozen=True)
class Footprint:
    """Counts of float32 numbers."""

    parameters: int  # weights, those that are not trained among them
    outputs: int  # what all layers put out for one drawing

    @property
    def weight_bytes(self) -> int:
        """The size of the weights, as a saved model holds them."""
        return 4 * self.parameters

    def training_bytes(self, batch_size: int) -> int:
        """An estimate: each weight with its gradient and Adam's two moments; each output kept for the way back.

        What recurrent layers keep within comes on top, what a compiler fuses away goes off.
        """
        return 4 * (4 * self.parameters + batch_size * self.outputs)


def footprint_of(network: keras.Model) -> Footprint:
    """The footprint of a built network."""
    return Footprint(network.count_params(), sum(_outputs(layer) for layer in every_layer(network)))


def _outputs(layer: keras.layers.Layer) -> int:
    try:
        outputs = layer.output
    except (AttributeError, ValueError):  # never called by itself: the layer that calls it has its output
        return 0
    return sum(math.prod(output.shape[1:]) for output in keras.tree.flatten(outputs))
