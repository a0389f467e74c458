"""Base models: the registry, one file an architecture, and the training of one (model, fold)."""

import os
import platform

# TensorFlow by itself has oneDNN do what it can only where a CPU has instructions made for networks (AVX-512 VNNI and
# later). Others gain as well. It asks when it is loaded.
if platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
