import os

import pytest

# Set before a library with threads of its own is loaded: where other work holds the cores, waiting in a loop for one
# another costs them ten times what the small sums of a test do.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="module")
def eagerly():
    """Steps one operation at a time: to trace a graph takes longer than the few steps of a small training."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def own_registry():
    """What is registered as a base model meanwhile is forgotten after it."""
    from base_models.registry import MODELS, load_models

    load_models()
    before = dict(MODELS)
    yield
    MODELS.clear()
    MODELS.update(before)
