"""The same training under another Keras backend; a backend is chosen once a process, so each has one of its own.

It is done twice, once with a stop within an epoch: with every setting that changes what is trained on, averaged or put
in afterwards.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRAIN = """
import json, sys
from itertools import count
from pathlib import Path
import keras
import numpy as np
from base_models.prediction import load_network, predict
from base_models.registry import load_models, model_named
from base_models.training import train_fold
from features.doodles.sampling import some_doodles
from tests.in_memory import InMemory

load_models()
classes, out = ("envelope", "moon", "sun"), Path(sys.argv[1])
source = InMemory(some_doodles(classes, each=20), classes)
model = model_named("gray64_cnn")
source.recognized = (np.arange(60) % 3 > 0).astype(np.int8)
settings = model.settings({
    "epochs": 2, "batch_size": 8, "inputs": {"size": 32}, "augmentation": {"rotate": 10}, "average_checkpoints": 2,
    "mixup": 0.2, "cutmix": 1.0, "unrecognized": 0.5, "balance_classes": True, "precision": "mixed_bfloat16",
    "discriminant": 0.4,
})
train_fold(model, source, 0, 3, settings.but(epochs=1, average_checkpoints=1), out / "teacher", seed=2)
settings, taught = settings.but(teacher="teacher"), {"seed": 1, "teachers": [out / "teacher"]}
whole = train_fold(model, source, 0, 3, settings, out / "whole", **taught)
looks, stops = count(1), 0
while True:
    try:
        parted = train_fold(model, source, 0, 3, settings, out, **taught, stop=lambda: next(looks) == 6)
        break
    except KeyboardInterrupt:
        stops += 1
differences = [np.abs(a - b).max() for a, b in zip(whole.get_weights(), parted.get_weights(), strict=True)]
said = predict(load_network(out / "model.keras"), model.inputs_for(settings), source, np.arange(60), settings)
off_one = float(np.abs(said.sum(axis=1) - 1).max())
print(json.dumps([keras.backend.backend(), said.shape, off_one, stops, float(max(differences))]))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_model_of_ours_trains_through_the_shard_feed_under_another_backend(backend, tmp_path, tmp_path_factory):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    compiled = tmp_path_factory.mktemp("compiled")
    kept = {"JAX_COMPILATION_CACHE_DIR": str(compiled), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    environment = {**os.environ, "KERAS_BACKEND": backend, **kept}  # what goes on from a stop is compiled as before it
    command = [sys.executable, "-W", "ignore", "-c", TRAIN, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]
    used, shape, off_one, stops, difference = json.loads(ended.stdout.strip().splitlines()[-1])
    assert (used, shape) == (backend, [60, 3])
    assert off_one < 1e-5
    assert stops == 1
    assert difference == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("done.json", "history.csv", "model.keras", "teacher", "whole")
    ]
