"""Starting Keras without TensorFlow's chatter about drivers that a machine does not have."""

import logging
import os
import sys
import tempfile


def start_keras() -> None:
    """Import Keras with its backend; what they write to stderr meanwhile is shown only if they fail.

    The backend is the one that Keras's own `KERAS_BACKEND` names, TensorFlow by default.
    """
    if "keras" in sys.modules:
        return
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
