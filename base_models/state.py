"""The state of a network while an epoch runs."""

import keras


def bring_back(network: keras.Model) -> None:
    """Let the variables of `network` hold what they have become, for a callback that reads them between two steps.

    Under jax, Keras keeps their values elsewhere while an epoch runs, and the variables hold none.
    """
    if keras.backend.backend() == "jax":
        network.jax_state_sync()
