import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ground.errors import (
    BadOOF,
    ClassMismatch,
    DamagedOOF,
    DoodlestackError,
    FoldMismatch,
    IncompleteOOF,
    KeyMismatch,
    NotProbabilities,
    RunChanged,
)
from ground.files import sha256, write_json
from oof.folds import fold_of
from oof.store import OOFStore
from tests.oof.stores import CLASSES, KEY_ID, TEST_KEY_ID, fill, some_probabilities


@pytest.fixture(params=[None, 2], ids=["dense", "top 2"])  # of 3 classes, so that the rest is exactly the third's
def store(tmp_path: Path, request: pytest.FixtureRequest) -> OOFStore:
    return OOFStore.create(tmp_path / "gray64", CLASSES, 3, {"epochs": 2}, keep=request.param)


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


def test_rows_of_another_fold_are_refused(store: OOFStore) -> None:
    with pytest.raises(FoldMismatch, match="Expected rows of fold 0"):
        store.write_fold(0, KEY_ID, some_probabilities(12))


@pytest.mark.parametrize("value", [np.nan, -0.5, 2.0, np.inf])
def test_what_is_not_a_probability_is_refused(store: OOFStore, value: float) -> None:
    probabilities = some_probabilities(4)
    probabilities[2, 1] = value
    with pytest.raises(NotProbabilities, match=f"1 rows that are not, first key_id {KEY_ID[6]}"):
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
    with pytest.raises(DamagedOOF, match=r"'fold_1' is damaged. Delete .*fold_1.json"):
        OOFStore(store.folder).read(KEY_ID)
    path.unlink()
    with pytest.raises(DamagedOOF, match="received no file"):
        OOFStore(store.folder).read(KEY_ID)


def test_a_fold_without_rows_is_a_fold(store: OOFStore) -> None:
    store.write_fold(0, KEY_ID[:0], some_probabilities(0))
    assert store.has_fold(0)
    assert np.isnan(OOFStore(store.folder).read(KEY_ID)).all()


def test_test_probabilities_are_the_mean_over_the_folds(store: OOFStore) -> None:
    rows, key_id = [some_probabilities(5, seed) for seed in range(3)], TEST_KEY_ID
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


def test_two_rows_whose_key_ids_are_swapped_are_refused(store: OOFStore) -> None:
    fill(store, range(3))
    key_id = KEY_ID[::3].copy()
    key_id[[1, 2]] = key_id[[2, 1]]
    np.save(store.folder / "fold_0.key_id.npy", key_id)
    with pytest.raises(KeyMismatch, match=f"received {KEY_ID[3]} after {KEY_ID[6]}: rows were swapped"):
        OOFStore(store.folder).read(KEY_ID)


def test_rows_that_change_folds_are_refused_though_every_checksum_is_right(store: OOFStore) -> None:
    fill(store, range(3))
    key_id = KEY_ID[::3].copy()
    key_id[1] = KEY_ID[4]
    sealed(store.folder / "fold_0", key_id=key_id)
    with pytest.raises(FoldMismatch, match=f"1 others, first key_id {KEY_ID[4]} of fold 1"):
        OOFStore(store.folder).check(KEY_ID)


def test_rows_of_other_drawings_than_the_store_was_made_for_are_refused(tmp_path: Path) -> None:
    made_for = {"key_id": KEY_ID, "test_key_id": TEST_KEY_ID}
    store = OOFStore.create(tmp_path / "gray64", CLASSES, 3, {}, **made_for)
    with pytest.raises(KeyMismatch, match="rows of fold_0 that the store was made for"):
        store.write_fold(0, KEY_ID[3::3], some_probabilities(3))
    with pytest.raises(KeyMismatch, match="rows of test that the store was made for"):
        store.write_test(0, TEST_KEY_ID[1:], some_probabilities(4))
    fill(store, range(3))
    sealed(store.folder / "fold_0", key_id=np.append(KEY_ID[::3][:-1], KEY_ID[-3] + 1))
    with pytest.raises(KeyMismatch, match=r"fold_0\.key_id\.npy the rows of fold_0 that the store was made for"):
        OOFStore(store.folder).read(KEY_ID)


def test_a_store_that_was_made_anew_since_it_was_opened_takes_no_rows(store: OOFStore) -> None:
    (store.folder / "manifest.json").unlink()
    OOFStore.create(store.folder, CLASSES, 3, {"epochs": 3})
    with pytest.raises(RunChanged, match="made anew meanwhile"):
        fill(store, range(1))


def sealed(part: Path, **arrays: NDArray) -> None:
    """Put other arrays into a part, and their checksums with them, as a stranger would."""
    seal = json.loads(Path(f"{part}.json").read_text())
    for name, array in arrays.items():
        np.save(f"{part}.{name}.npy", array, allow_pickle=True)
        seal[name] = sha256(Path(f"{part}.{name}.npy"))
    write_json(Path(f"{part}.json"), seal)


HALF = np.float16


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ({"key_id": KEY_ID[::3][::-1]}, KeyMismatch, "ascending key_ids"),
        ({"key_id": KEY_ID[:1].repeat(4)}, KeyMismatch, "ascending key_ids"),
        ({"key_id": KEY_ID[::3, None]}, DamagedOOF, r"shape \(4,\) in fold_0\.key_id\.npy .* \(4, 1\)"),
        ({"probabilities": np.full((4, 4), 0.25, HALF)}, DamagedOOF, r"shape \(4, 3\)"),
        ({"probabilities": np.full((4, 3, 1), 0.3, HALF)}, DamagedOOF, r"shape \(4, 3\)"),
        ({"probabilities": np.full((4, 3), 0.33, np.float32)}, DamagedOOF, "float16"),
        ({"probabilities": np.full((4, 3), np.nan, HALF)}, NotProbabilities, "others for key_id"),
        ({"probabilities": np.full((4, 3), 0, HALF)}, NotProbabilities, "others for key_id"),
        ({"probabilities": np.array([[2, -0.5, -0.5]] * 4, HALF)}, NotProbabilities, "others for key_id"),
        ({"probabilities": np.array([[None] * 3] * 4)}, DamagedOOF, r"NumPy array in fold_0\.probabilities\.npy"),
    ],
)
def test_a_strangers_part_is_refused_where_it_holds_no_probabilities(
    tmp_path: Path, arrays: dict, error: type[DoodlestackError], message: str
) -> None:
    store = OOFStore.create(tmp_path / "dense", CLASSES, 3, {})
    fill(store, range(3))
    sealed(store.folder / "fold_0", **arrays)
    with pytest.raises(error, match=message):
        OOFStore(store.folder).read(KEY_ID)


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ({"classes": np.array([[0, 3]] * 4, np.uint16)}, NotProbabilities, "others for key_id"),
        ({"classes": np.array([[1, 1]] * 4, np.uint16)}, NotProbabilities, "others for key_id"),
        ({"classes": np.array([[0, 1]] * 4, np.int64)}, DamagedOOF, "uint16"),
        (
            {"probabilities": np.array([[0.3, 0.6]] * 4, HALF), "rest": np.full(4, 0.1, HALF)},
            NotProbabilities,
            "others",
        ),
        (
            {"probabilities": np.array([[0.6, 0.3]] * 4, HALF), "rest": np.full(4, 0.3, HALF)},
            NotProbabilities,
            "others",
        ),
        ({"rest": np.full(4, -0.1, HALF)}, NotProbabilities, "others"),
        ({"rest": np.full(4, np.nan, HALF)}, NotProbabilities, "others"),
        ({"rest": np.full((4, 2), 0.1, HALF)}, DamagedOOF, r"shape \(4,\) in fold_0\.rest\.npy"),
    ],
)
def test_a_strangers_top_classes_are_refused_where_they_are_none(
    tmp_path: Path, arrays: dict, error: type[DoodlestackError], message: str
) -> None:
    store = OOFStore.create(tmp_path / "top", CLASSES, 3, {}, keep=2)
    fill(store, range(3))
    sealed(store.folder / "fold_0", **arrays)
    with pytest.raises(error, match=message):
        OOFStore(store.folder).read_top(KEY_ID, 2)


def test_a_rest_where_every_class_is_kept_is_refused(tmp_path: Path) -> None:
    store = OOFStore.create(tmp_path / "top", CLASSES, 3, {}, keep=3)
    fill(store, range(3))
    sealed(store.folder / "fold_0", probabilities=np.array([[0.5, 0.2, 0.1]] * 4, HALF), rest=np.full(4, 0.2, HALF))
    with pytest.raises(NotProbabilities, match="others for key_id"):
        OOFStore(store.folder).read(KEY_ID)


def test_a_top_k_part_without_a_checksum_of_each_file_is_refused(tmp_path: Path) -> None:
    store = OOFStore.create(tmp_path / "top", CLASSES, 3, {}, keep=2)
    fill(store, range(3))
    seal = store.folder / "fold_0.json"
    write_json(seal, {name: value for name, value in json.loads(seal.read_text()).items() if name != "rest"})
    with pytest.raises(DamagedOOF, match=r"fold_0\.rest\.npy"):
        OOFStore(store.folder).read(KEY_ID)
