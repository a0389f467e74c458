"""`model.keras`, as prediction loads it: a stranger's may not run code, a damaged one may not answer."""

import base64
import io
import json
import marshal
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.faults.fuzz.archives import BOMB, PICKLE, TRAP, unzipped, zip_bomb, zipped
from tests.faults.fuzz.reader import Crafted, Files, Outcome, Reader
from tests.faults.fuzz.seeds import CLASSES, drawings
from tests.faults.fuzz.truth import check_probabilities, digest

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MKDIR = {"module": "os", "class_name": "function", "config": "mkdir", "registered_name": "mkdir"}


def read_network(folder: Path, name: str) -> Outcome:
    from base_models.prediction import load_network, predict  # Keras takes seconds and half a gigabyte to load
    from base_models.settings import TrainSettings
    from features.inputs import GrayImage

    inputs, held = GrayImage(size=16), drawings(CLASSES[0], "simplified")
    network = load_network(folder / name, inputs, classes=3)
    answer = predict(network, inputs, held, np.arange(len(held)), TrainSettings())
    check_probabilities(answer, len(held), 3)
    return Outcome(len(held), digest=digest(answer))


def write_networks(folder: Path) -> tuple[str, ...]:
    import keras

    from base_models.layers import classifier, conv_block, residual_block

    for seed, name in enumerate(("one.keras", "other.keras")):
        keras.utils.set_random_seed(seed)
        keras.utils.clear_session()  # the layers' names start anew
        image = keras.Input((16, 16, 1))
        x = keras.layers.GlobalAveragePooling2D()(residual_block(conv_block(image, 4), 4))
        keras.Model(image, classifier(x, 3, dropout=0.1)).save(folder / name)
        members = unzipped((folder / name).read_bytes())
        (folder / name).write_bytes(zipped({**members, "metadata.json": b"{}"}))  # which held the date
    return "one.keras", "other.keras"


def harmful_networks(whole: Files) -> Crafted:
    members = unzipped(whole["one.keras"])
    config, weights = members[CONFIG], members[WEIGHTS]
    for title, change in (
        ("code in a Lambda layer", {CONFIG: _with_layer(config, "Lambda", {"function": _code()})}),
        ("a function of another module", {CONFIG: _with_layer(config, "Activation", {"activation": MKDIR})}),
        ("a pickle for weights", {WEIGHTS: PICKLE}),
        ("a billion units", {CONFIG: config.replace(b'"units": 3', b'"units": 1000000000')}),
        ("other pictures", {CONFIG: config.replace(b"[null, 16, 16, 1]", b"[null, 16, 16, 3]")}),
        ("an open end", {CONFIG: config.replace(b'"softmax"', b'"linear"')}),
        ("weights that are no numbers", {WEIGHTS: _with_weights(weights, data=np.full(3, np.nan))}),
        ("weights of 2 GB that are not there", {WEIGHTS: _with_weights(weights, shape=BOMB // 4, chunks=1 << 20)}),
        ("another member", {f"assets/{TRAP}": b""}),
    ):
        yield title, {"x.keras": zipped({**members, **change})}
    yield "a bomb", {"x.keras": zip_bomb(WEIGHTS, b"\0", BOMB, {CONFIG: config})}


def _with_layer(config: bytes, kind: str, values: dict[str, Any]) -> bytes:
    """The configuration with its second layer, a convolution, turned into another kind."""
    whole = json.loads(config)
    layer = whole["config"]["layers"][1]
    layer.update(class_name=kind, module="keras.layers", config={"name": layer["name"], **values})
    return json.dumps(whole).encode()


def _with_weights(weights: bytes, **dataset: Any) -> bytes:
    """The weights with other biases at the end."""
    held = io.BytesIO(weights)
    with h5py.File(held, "r+") as file:
        del file["layers/dense/vars/1"]
        file.create_dataset("layers/dense/vars/1", dtype="f4", **dataset)
    return held.getvalue()


def _code() -> dict[str, Any]:
    """A function as Keras writes a lambda."""
    code = base64.b64encode(marshal.dumps(compile(f"__import__('os').mkdir('{TRAP}')", "", "exec"))).decode()
    return {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}


READERS = (
    Reader("network", write_networks, read_network, harmful_networks, has_checksums=True, alone=True, weight=0.5),
)
