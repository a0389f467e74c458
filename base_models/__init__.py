"""Base models: the registry, one file an architecture, and the training of one (model, fold)."""

import os
import platform

# TensorFlow has oneDNN do what it can where a CPU has AVX-512; without, networks train 1.2 to 1.6 times as fast with it
# too, most of them. TensorFlow asks when it is loaded.
if platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
