"""Weights of networks of `keras.applications`: none, ImageNet's by Keras's own download, or a file's."""

import fcntl
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from base_models.architectures.applications_arguments import IMAGENET
from ground.errors import BadSettings

Make = Callable[[str | None], keras.Model]


def body_with_weights(make: Make, weights: str, name: str) -> keras.Model:
    """The body that `make` makes, with random weights where `weights` is empty.

    Keras keeps what it downloads in `~/.keras/models`; a file of its own, fetched on another machine, belongs there
    rather than in `weights`: with `imagenet` the EfficientNets have a scaling more than without. Raises `BadSettings`
    when the weights cannot be had or do not fit.
    """
    if weights == IMAGENET:
        return _with_imagenet(make, name)
    body = make(None)
    if weights:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)  # Keras only warns where it leaves layers at random
                body.load_weights(weights)
        except (ValueError, OSError, KeyError, UserWarning) as error:
            raise BadSettings(
                f"Expected weights for the body of {name} (without top, 3 channels) in {weights}, they do not fit. "
                f"Give a file that such a network saved, with the same network settings. Keras says: {error}"
            ) from error
    return body


def _with_imagenet(make: Make, name: str) -> keras.Model:
    try:
        with _alone(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="`input_shape` is undefined or non-square")  # convolutions fit
            return make(IMAGENET)
    except ValueError as error:
        raise BadSettings(f"Expected settings with ImageNet weights for {name}, Keras answers: {error}") from error
    except Exception as error:
        if type(error) is not Exception and not isinstance(error, OSError):  # Keras wraps a download's in a bare one
            raise
        raise BadSettings(
            f"Expected ImageNet weights of {name} in ~/.keras/models or from Keras's server, received: {error}. "
            "Put the file there from another machine, or train from scratch with network.weights=''."
        ) from error


@contextmanager
def _alone() -> Iterator[None]:
    """One process of this user at a time: Keras downloads in place, so that another would read half a file."""
    with (Path(tempfile.gettempdir()) / f"doodlestack_download_{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
