"""The same training under another Keras backend; a backend is chosen once a process, so each has one of its own."""

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
from pathlib import Path
import keras
import numpy as np
from base_models.prediction import load_network, predict
from base_models.registry import load_models, model_named
from base_models.training import train_fold
from features.doodles.sampling import some_doodles

class InMemory:
    def __init__(self, drawings, classes):
        self.drawings, self.classes = drawings, classes
        self.key_id, self.label = drawings.key_id, drawings.label
    def take(self, rows):
        return self.drawings[rows]

load_models()
classes, out = ("envelope", "moon", "sun"), Path(sys.argv[1])
source = InMemory(some_doodles(classes, each=20), classes)
model = model_named("gray64_cnn")
settings = model.settings({"epochs": 2, "batch_size": 8, "inputs": {"size": 32}, "augmentation": {"rotate": 10}})
train_fold(model, source, 0, 3, settings, out, seed=1)
said = predict(load_network(out / "model.keras"), model.inputs_for(settings), source, np.arange(60), settings)
print(json.dumps([keras.backend.backend(), said.shape, float(np.abs(said.sum(axis=1) - 1).max())]))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_model_of_ours_trains_through_the_shard_feed_under_another_backend(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    environment = {**os.environ, "KERAS_BACKEND": backend}
    command = [sys.executable, "-W", "ignore", "-c", TRAIN, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]
    used, shape, most = json.loads(ended.stdout.strip().splitlines()[-1])
    assert (used, shape) == (backend, [60, 3])
    assert most < 1e-5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["done.json", "history.csv", "model.keras"]
