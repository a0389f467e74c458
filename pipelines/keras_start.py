"""Starting Keras without TensorFlow's chatter about drivers that a machine does not have."""

import logging
import os
import resource
import sys
import tempfile

import base_models  # noqa: F401  # it asks for oneDNN, which TensorFlow heeds only before it is loaded
from ground.errors import NotEnoughRoom

ADDRESSES = 6e9  # bytes; a run of the smallest models maps 4.8 GB, most of it never touched


def start_keras() -> None:
    """Import Keras with its backend; what they write to stderr meanwhile is shown only if they fail.

    The backend is the one that Keras's own `KERAS_BACKEND` names, TensorFlow by default. Raises `NotEnoughRoom`
    where the process may map too little memory for it: it would end without a word.
    """
    if "keras" in sys.modules:
        return
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY and most < ADDRESSES:
        raise NotEnoughRoom(
            f"Expected the right to map {ADDRESSES / 1e9:g} GB of memory, received {most / 1e9:.1f} GB: `ulimit -v` "
            "says how much a process may. Raise it, or set it to unlimited; a container's limit does no harm."
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors only, from here on
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns where each fold's model is traced anew
    sys.stderr.flush()
    with tempfile.TemporaryFile() as chatter:
        own = os.dup(2)
        os.dup2(chatter.fileno(), 2)  # the native libraries write to the descriptor, past sys.stderr
        try:
            import keras  # noqa: F401
        except BaseException:
            chatter.seek(0)
            os.write(own, chatter.read())
            raise
        finally:
            os.dup2(own, 2)
            os.close(own)


def begin_training(deterministic: bool) -> None:
    """Start Keras in a process that is going to train."""
    start_keras()
    if deterministic:
        make_deterministic()


def make_deterministic() -> None:
    """Let the backend use only operations that give the same bits again, on the same machine with as many threads.

    jax on a GPU must be told so before it starts: `XLA_FLAGS=--xla_gpu_deterministic_ops=true`.
    """
    from keras.backend import backend

    if backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    elif backend() == "torch":
        import torch

        torch.use_deterministic_algorithms(True)
