"""A linear discriminant of the classes in a network's last layer, beside what training put there.

Where a class has few drawings, a softmax layer is fitted to them far closer than their number allows. The mean of a
class and the covariance that all classes share take no training and hold better (Fisher 1936; Rao 1948), and both
layers being linear, their mixture is a layer like any other: nothing is slower or larger for it.
"""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf

from base_models.plan import Plan
from base_models.prediction import predict
from base_models.rows import evenly
from ground.errors import BadSettings

MOST = 50_000  # drawings that it is fitted to, of all classes as evenly as they come: more make it hardly better
WIDEST = 4_096  # features; the time to invert their covariance grows with the cube of their number

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LinearHead:
    """What a last layer does before its softmax."""

    kernel: Floats  # (D, C)
    bias: Floats  # (C,)

    def logits(self, features: Floats) -> Floats:
        """(N, C) of features (N, D), each row of mean 0, as softmax makes nothing of its mean."""
        logits: Floats = features @ self.kernel + self.bias
        logits -= logits.mean(axis=1, keepdims=True)
        return logits


def add_discriminant(network: keras.Model, plan: Plan) -> None:
    """Put a discriminant of the drawings that `plan` trains on into the last layer, to a share of `discriminant`.

    Both layers' logits spread equally over those drawings before they are mixed. Raises `BadSettings` where the network
    does not end as `last_layer` expects.
    """
    last = last_layer(network, plan.model.name)
    trained_on = plan.taken.trained
    rows = evenly(trained_on, plan.source.label[trained_on], MOST, plan.feed_seed)
    before = keras.Model(network.input, last.input)
    features = predict(before, plan.inputs[-1], plan.source, rows, plan.settings)  # (N, D)
    fitted = fit_discriminant(features, plan.source.label[rows], len(plan.shards.classes))
    mixed = mix(LinearHead(*last.get_weights()), fitted, features, plan.settings.discriminant)
    last.set_weights([mixed.kernel, mixed.bias])


def last_layer(network: keras.Model, model: str) -> keras.layers.Dense:
    """The Dense layer that the network of `model` ends in.

    Raises `BadSettings` where it has no bias, no softmax or too many inputs, or the network ends in another layer.
    """
    last = network.layers[-1]
    softmax = isinstance(last, keras.layers.Dense) and last.activation is keras.activations.softmax
    if not softmax or not last.use_bias or last.input.shape[-1] > WIDEST:
        raise BadSettings(
            f"Expected {model} to end in a Dense layer with bias and softmax, of {WIDEST:,} inputs at most, as its "
            f"discriminant goes there, received a network that ends in {last.name} ({type(last).__name__}, input "
            f"{tuple(last.input.shape)}). Let it end so, or set train_by_model.{model}.discriminant=0."
        )
    return last


def fit_discriminant(features: Floats, label: NDArray[np.int16], classes: int) -> LinearHead:
    """The discriminant of features (N, D) for classes that are equally frequent.

    Their covariance is shrunk by as much as its own noise asks for (Ledoit & Wolf 2004). A class without a drawing is
    always the least likely.
    """
    counts, centre = np.bincount(label, minlength=classes), features.mean(axis=0)
    around = features - centre
    means = np.zeros((classes, features.shape[1]), np.float32)
    np.add.at(means, label, around)
    means /= np.maximum(counts, 1)[:, None]
    covariance, _ = ledoit_wolf(around - means[label], assume_centered=True)
    # the pseudo-inverse, as there is no inverse where all drawings of a class look the same to the network
    kernel = (np.linalg.pinv(covariance.astype(np.float64), hermitian=True) @ means.T).astype(np.float32)
    bias = -0.5 * (means * kernel.T).sum(axis=1) - centre @ kernel
    absent = counts == 0
    if absent.any():
        kernel[:, absent] = 0
        bias[absent] = (features @ kernel + bias)[:, ~absent].min()
    return LinearHead(kernel, bias)


def mix(trained: LinearHead, fitted: LinearHead, features: Floats, share: float) -> LinearHead:
    """`share` of `fitted`, brought to the spread of logits that `trained` has over these features; the rest `trained`.

    Where the features tell no class from another, `trained` stays as it is.
    """
    spread = fitted.logits(features).std()
    if spread == 0:
        return trained
    weight = share * trained.logits(features).std() / spread
    return LinearHead(
        (1 - share) * trained.kernel + weight * fitted.kernel, (1 - share) * trained.bias + weight * fitted.bias
    )
