"""Several processes at one store, without waiting for each other."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from ground.errors import RunChanged
from oof.folds import fold_of
from oof.store import OOFStore
from tests.oof.stores import CLASSES, KEY_ID, fill

PROCESSES, ROUNDS = 3, 8
barriers: list[Barrier] = []  # one, in each process


def create_at_once(folder: Path, number: int) -> list[int]:
    """The rounds in which this process made the store, out of `ROUNDS` in which all of them try at the same moment."""
    made = []
    for turn in range(ROUNDS):
        barriers[0].wait(timeout=60)
        try:
            OOFStore.create(folder / f"{turn}", CLASSES, 3, {"made by": number})
        except RunChanged:
            continue
        made.append(turn)
    return made


def write_one(folder: Path, fold: int) -> None:
    store = OOFStore.create(folder, CLASSES, 3, {"epochs": 2}, keep=2, key_id=KEY_ID)
    fill(store, range(fold, fold + 1))


def test_of_processes_that_make_a_store_at_once_one_does_and_the_others_see_its_manifest(tmp_path: Path) -> None:
    context = get_context("fork")
    with ProcessPoolExecutor(PROCESSES, context, barriers.append, (context.Barrier(PROCESSES),)) as pool:
        made = list(pool.map(create_at_once, [tmp_path] * PROCESSES, range(PROCESSES)))
    assert sorted(turn for turns in made for turn in turns) == list(range(ROUNDS))
    for number, turns in enumerate(made):
        assert all(OOFStore(tmp_path / f"{turn}").manifest.config == {"made by": number} for turn in turns)
    assert {file.name for file in tmp_path.glob("*/*")} == {"manifest.json"}


def test_processes_add_folds_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        list(pool.map(write_one, [tmp_path / "rgb128"] * 3, range(3)))
    store = OOFStore(tmp_path / "rgb128")
    store.check(KEY_ID, CLASSES, 3)
    assert sorted(fold_of(store.key_id(), 3).tolist()) == sorted([0, 1, 2] * 4)
