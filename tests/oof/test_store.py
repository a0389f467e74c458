import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ground.errors import BadOOF, ClassMismatch, FoldMismatch, IncompleteOOF, KeyMismatch, MissingResult, RunChanged
from ground.files import sha256
from oof.folds import fold_of
from oof.store import OOFStore

CLASSES = ("alarm clock", "bee", "The Eiffel Tower")
KEY_ID = np.array([4_000_000_000_000_000 + cv * 10**7 + cv for cv in range(12)])


def some_probabilities(rows: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).dirichlet(np.ones(3), size=rows).astype(np.float32)


def fill(store: OOFStore, folds: range) -> NDArray[np.float32]:
    probabilities = some_probabilities(len(KEY_ID))
    for fold in folds:
        rows = fold_of(KEY_ID, 3) == fold
        store.write_fold(fold, KEY_ID[rows], probabilities[rows])
    return probabilities


@pytest.fixture
def store(tmp_path: Path) -> OOFStore:
    return OOFStore.create(tmp_path / "gray64", CLASSES, 3, {"epochs": 2})


def test_rows_come_back_by_key_id_in_any_order(store: OOFStore) -> None:
    probabilities = fill(store, range(3))
    shuffled = np.random.default_rng(1).permutation(12)
    again = OOFStore(store.folder)
    again.check(KEY_ID[shuffled], CLASSES, 3)
    np.testing.assert_allclose(again.read(KEY_ID[shuffled]), probabilities[shuffled], atol=1e-3)
    np.testing.assert_allclose(again.read(KEY_ID).sum(axis=1), 1, atol=1e-6)


def test_rows_not_predicted_are_nan(store: OOFStore) -> None:
    fill(store, range(2))
    fold = fold_of(KEY_ID, 3)
    read = store.read(np.append(KEY_ID, 7))
    np.testing.assert_array_equal(np.isnan(read).all(axis=1), np.append(fold == 2, True))


def test_missing_folds_are_named_with_their_commands(store: OOFStore) -> None:
    fill(store, range(1, 2))
    assert store.missing_folds == [0, 2]
    with pytest.raises(IncompleteOOF, match=r"folds 0, 2 missing.*`doodlestack train gray64 --fold 2`"):
        store.check(KEY_ID)


def test_a_missing_row_an_unknown_one_and_a_double_are_refused(store: OOFStore) -> None:
    fill(store, range(3))
    with pytest.raises(IncompleteOOF, match="1 rows of fold 1 missing"):
        store.check(np.append(KEY_ID, 4_000_000_000_000_000 + 13 * 10**7))
    with pytest.raises(KeyMismatch, match=f"1 others too, first key_id {KEY_ID[-1]}"):
        store.check(KEY_ID[:-1])
    with pytest.raises(KeyMismatch, match="each key_id once"):
        store.check(np.append(KEY_ID, KEY_ID[0]))


def test_another_class_list_order_or_fold_rule_is_refused(store: OOFStore) -> None:
    fill(store, range(3))
    with pytest.raises(ClassMismatch, match="'bee' at place 0"):
        store.check(KEY_ID, classes=("bee", "alarm clock", "The Eiffel Tower"))
    with pytest.raises(FoldMismatch, match="Expected 5 folds"):
        store.check(KEY_ID, folds=5)
    with pytest.raises(ClassMismatch, match="4 in all"):
        OOFStore.create(store.folder, (*CLASSES, "yoga"), 3, {"epochs": 2})
    with pytest.raises(FoldMismatch):
        OOFStore.create(store.folder, CLASSES, 4, {"epochs": 2})
    with pytest.raises(RunChanged, match="epochs: 3, received 2"):
        OOFStore.create(store.folder, CLASSES, 3, {"epochs": 3})


def test_making_the_same_store_again_keeps_its_folds(store: OOFStore) -> None:
    fill(store, range(1))
    assert OOFStore.create(store.folder, CLASSES, 3, {"epochs": 2}).has_fold(0)


def test_rows_of_another_fold_are_refused(store: OOFStore) -> None:
    with pytest.raises(FoldMismatch, match="Expected rows of fold 0"):
        store.write_fold(0, KEY_ID, some_probabilities(12))


@pytest.mark.parametrize("value", [np.nan, -0.5, 2.0, np.inf])
def test_what_is_not_a_probability_is_refused(store: OOFStore, value: float) -> None:
    probabilities = some_probabilities(4)
    probabilities[2, 1] = value
    with pytest.raises(BadOOF, match=f"1 rows that are not, first key_id {KEY_ID[6]}"):
        store.write_fold(0, KEY_ID[::3], probabilities)


def test_a_double_and_a_wrong_shape_are_refused_on_writing(store: OOFStore) -> None:
    with pytest.raises(KeyMismatch, match="1 doubles"):
        store.write_fold(0, KEY_ID[[0, 0]], some_probabilities(2))
    with pytest.raises(BadOOF, match=r"Expected \(4, 3\)"):
        store.write_fold(0, KEY_ID[::3], some_probabilities(4)[:, :2])


def test_a_damaged_file_is_found_on_reading(store: OOFStore) -> None:
    fill(store, range(3))
    path = store.folder / "fold_1.probabilities.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadOOF, match=r"'fold_1' is damaged. Delete .*fold_1.json"):
        OOFStore(store.folder).read(KEY_ID)
    path.unlink()
    with pytest.raises(BadOOF, match="received no file"):
        OOFStore(store.folder).read(KEY_ID)


def test_a_damaged_manifest_is_found(store: OOFStore) -> None:
    path = store.folder / "manifest.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "format": 99}))
    with pytest.raises(BadOOF, match="Expected format 1"):
        OOFStore(store.folder)
    path.write_text("{}")
    with pytest.raises(BadOOF, match="manifest"):
        OOFStore(store.folder)
    path.unlink()
    with pytest.raises(MissingResult, match="doodlestack train gray64"):
        OOFStore(store.folder)


def test_a_fold_without_rows_is_a_fold(store: OOFStore) -> None:
    store.write_fold(0, KEY_ID[:0], some_probabilities(0))
    assert store.has_fold(0)
    assert np.isnan(OOFStore(store.folder).read(KEY_ID)).all()


def test_test_probabilities_are_the_mean_over_the_folds(store: OOFStore) -> None:
    rows = [some_probabilities(5, seed) for seed in range(3)]
    key_id = np.array([9, 3, 5, 1, 7])
    for fold in range(2):
        store.write_test(fold, key_id, rows[fold])
    with pytest.raises(IncompleteOOF, match=r"test probabilities of folds.*fold 2 missing"):
        store.read_test(key_id)
    store.write_test(2, key_id[::-1], rows[2][::-1])
    np.testing.assert_allclose(store.read_test(key_id), np.mean(rows, axis=0), atol=1e-3)
    np.testing.assert_array_equal(store.test_key_id(), np.sort(key_id))
    with pytest.raises(KeyMismatch, match="key_id 8 is missing"):
        store.read_test(np.array([3, 8]))


def test_a_mean_of_the_test_set_stands_for_all_folds(store: OOFStore) -> None:
    rows = some_probabilities(2)
    store.write_test(None, np.array([2, 1]), rows)
    assert store.missing_test == []
    np.testing.assert_allclose(store.read_test(np.array([2, 1])), rows, atol=1e-3)


def _write_one(folder: Path, fold: int) -> None:
    fill(OOFStore.create(folder, CLASSES, 3, {"epochs": 2}), range(fold, fold + 1))


def test_processes_add_folds_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        list(pool.map(_write_one, [tmp_path / "rgb128"] * 3, range(3)))
    OOFStore(tmp_path / "rgb128").check(KEY_ID, CLASSES, 3)


def sealed(part: Path, key_id: NDArray[np.int64] | None, probabilities: NDArray[np.float16] | None) -> None:
    """Put other arrays into a part, and their checksums with them, as a stranger would."""
    for kind, array in (("key_id", key_id), ("probabilities", probabilities)):
        if array is not None:
            np.save(f"{part}.{kind}.npy", array, allow_pickle=True)
    sums = {kind: sha256(Path(f"{part}.{kind}.npy")) for kind in ("key_id", "probabilities")}
    Path(f"{part}.json").write_text(json.dumps({"count": 4, **sums}))


@pytest.mark.parametrize(
    ("key_id", "probabilities", "message"),
    [
        (KEY_ID[::3][::-1], None, "ascending key_ids"),
        (KEY_ID[:1].repeat(4), None, "ascending key_ids"),
        (KEY_ID[::3, None], None, "4 rows of 3 classes"),
        (None, np.full((4, 4), 0.25, np.float16), "4 rows of 3 classes"),
        (None, np.full((4, 3, 1), 0.3, np.float16), "4 rows of 3 classes"),
        (None, np.full((4, 3), 0.33, np.float32), "float16"),
        (None, np.full((4, 3), np.nan, np.float16), "others for key_id"),
        (None, np.full((4, 3), 0, np.float16), "others for key_id"),
        (None, np.array([[2, -0.5, -0.5]] * 4, np.float16), "others for key_id"),
        (None, np.array([[None] * 3] * 4), "NumPy array in fold_0.probabilities.npy"),
    ],
)
def test_a_strangers_part_is_refused_where_it_holds_no_probabilities(
    store: OOFStore, key_id: NDArray[np.int64] | None, probabilities: NDArray[np.float16] | None, message: str
) -> None:
    fill(store, range(3))
    sealed(store.folder / "fold_0", key_id, probabilities)
    with pytest.raises(BadOOF, match=message):
        OOFStore(store.folder).read(KEY_ID)


@pytest.mark.parametrize(
    "change",
    [{"folds": "3"}, {"folds": 0}, {"classes": "abc"}, {"classes": []}, {"classes": ["a", "a"]}, {"config": 5}],
)
def test_a_manifest_of_other_values_is_refused(store: OOFStore, change: dict) -> None:
    path = store.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BadOOF, match=r"manifest\.json"):
        OOFStore(store.folder)
