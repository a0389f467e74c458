"""Make the golden file anew: of the drawings that it holds, or of new ones where it is not there."""

import io
import lzma
from dataclasses import fields

import keras
import numpy as np

from features.doodles.collecting import WORDS
from features.doodles.sampling import some_doodles
from features.drawings import Drawings
from ground.files import whole_file
from tests.features.golden import FILE, INPUTS, Arrays, difference, drawings, features_of, held
from tests.features.golden.network import small_network, some_weights
from tests.features.golden.odd_drawings import odd_drawings

DOODLES = WORDS[:12]


def main() -> None:
    """Write the file, and say what becomes different by it."""
    names, pinned = (held()["names"], drawings()) if FILE.exists() else new_drawings()
    made = {**features_of(pinned), **answers(pinned)}
    if FILE.exists():
        changes = filter(None, (difference(name, array) for name, array in made.items() if name in held()))
        print(*changes or ["nothing changes"], sep="\n")
    columns = {field.name: getattr(pinned, field.name) for field in fields(Drawings)}
    packed = io.BytesIO()
    np.savez(packed, names=names, **columns, **made)
    with whole_file(FILE) as temporary:
        temporary.write_bytes(lzma.compress(packed.getvalue(), preset=9))
    print(f"{FILE}: {FILE.stat().st_size:,} bytes")


def new_drawings() -> tuple[np.ndarray, Drawings]:
    """The odd cases first, then two doodles of each of twelve classes, one of the two with time."""
    odd = odd_drawings()
    names = [*odd, *(f"{word} {number}" for word in DOODLES for number in (1, 2))]
    return np.array(names), Drawings.concat([Drawings.from_strokes(list(odd.values())), some_doodles(DOODLES, 2)])


def answers(pinned: Drawings) -> Arrays:
    """The small network's weights and its answers."""
    network, pictures = small_network(), INPUTS["gray_64"].make(pinned)
    network.set_weights(weights(network, pictures))
    answers = keras.ops.convert_to_numpy(network(pictures, training=False))
    return {"answers": answers, **{f"weight_{place:02}": each for place, each in enumerate(network.get_weights())}}


def weights(network: keras.Model, pictures: np.ndarray) -> list[np.ndarray]:
    """Those that the file holds, or new ones where it is not there."""
    if not FILE.exists():
        return some_weights(network, pictures)
    return [array for name, array in sorted(held().items()) if name.startswith("weight_")]


if __name__ == "__main__":
    main()
