"""What a `model.keras` must be before Keras is let at it: whole, and not asking for more memory than its weights take.

Keras's `safe_mode` keeps code in a file from running. It does not look at the checksums of what it reads, and it makes
room for whatever a file declares.
"""

import io
import json
import zipfile
from pathlib import Path

import h5py
import keras

from ground.packed import refuse_bomb

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MEMBERS = {"metadata.json", CONFIG, WEIGHTS}


def refuse_harm(path: Path) -> None:
    """Raises `BadData` at a bomb, and what zipfile, HDF5 and Keras raise at damaged files or files of another kind."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) != len(MEMBERS) or {info.filename for info in infos} != MEMBERS:
            raise ValueError(f"other members than {', '.join(sorted(MEMBERS))}")
        for info in infos:
            refuse_bomb(path, info.compress_size, info.file_size)
        if spoiled := archive.testzip():
            raise ValueError(f"a wrong checksum of {spoiled}")
        config, weights = archive.read(CONFIG), archive.read(WEIGHTS)
    _refuse_hollow(weights)
    _refuse_larger(config, len(weights))


def _refuse_hollow(weights: bytes) -> None:
    """A few bytes of HDF5 can declare an array that fills the memory."""
    sizes = [0]
    with h5py.File(io.BytesIO(weights)) as file:
        file.visititems(lambda _, item: sizes.append(getattr(item, "nbytes", 0)))
    if sum(sizes) > len(weights):
        raise ValueError(f"weights of {sum(sizes):,} bytes in a file of {len(weights):,}")


def _refuse_larger(config: bytes, room: int) -> None:
    """A few letters of JSON can ask for a layer that does so."""
    described = {**json.loads(config), "compile_config": None}
    with keras.StatelessScope():  # what is made here has shapes, and no values before it is left
        try:
            wanted = keras.saving.deserialize_keras_object(described, safe_mode=True).count_params()
            if wanted > room:
                raise ValueError(f"layers of {wanted:,} weights with {room:,} bytes for them")
        except BaseException:
            keras.utils.clear_session()  # forgets what was made, so that leaving makes no room for it
            raise
