import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ground.errors import (
    BadOOF,
    ClassMismatch,
    DamagedOOF,
    DoodlestackError,
    FoldMismatch,
    IncompleteOOF,
    KeyMismatch,
    MissingResult,
    NotProbabilities,
)
from ground.files import write_json
from oof.audit import store_problems
from oof.store import OOFStore
from tests.oof.stores import CLASSES, KEY_ID, TEST_KEY_ID, fill, some_probabilities
from tests.oof.test_store import sealed

FOLD_0, HALF = KEY_ID[::3], np.float16


@pytest.fixture(params=[None, 2], ids=["dense", "top 2"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> OOFStore:
    rows = {"key_id": KEY_ID, "test_key_id": TEST_KEY_ID}
    store = OOFStore.create(tmp_path / "gray64", CLASSES, 3, {}, keep=request.param, **rows)
    fill(store, range(3))
    for fold in range(3):
        store.write_test(fold, TEST_KEY_ID, some_probabilities(5, fold))
    return store


def problems(store: OOFStore, classes: tuple[str, ...] = CLASSES, folds: int = 3) -> list[DoodlestackError]:
    return list(store_problems(store.folder, KEY_ID, classes, folds, TEST_KEY_ID))


def kinds(found: list[DoodlestackError]) -> list[type]:
    return [type(problem) for problem in found]


def replace_key_id(store: OOFStore, part: str, place: int, key_id: int) -> None:
    path = store.folder / f"{part}.key_id.npy"
    held = np.load(path)
    held[place] = key_id
    sealed(store.folder / part, key_id=held)


def break_row(store: OOFStore, value: float) -> None:
    held = np.load(store.folder / "fold_0.probabilities.npy")
    held[2, 0] = value
    sealed(store.folder / "fold_0", probabilities=held)


def without_hashes(store: OOFStore) -> None:
    path = store.folder / "manifest.json"
    write_json(path, json.loads(path.read_text()) | {"key_ids": {}})


def flip_a_bit(store: OOFStore) -> None:
    path = store.folder / "test_1.probabilities.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_whole_store_has_no_problems(store: OOFStore) -> None:
    assert problems(store) == []


def test_a_store_without_test_probabilities_is_whole_but_not_one_with_some_of_them(store: OOFStore) -> None:
    for fold in (0, 1):
        (store.folder / f"test_{fold}.json").unlink()
    found = problems(store)
    assert kinds(found) == [IncompleteOOF, IncompleteOOF]
    assert "test_1.json and the files that it seals" in str(found[1])
    assert "`doodlestack train gray64 --fold 1`" in str(found[1])
    (store.folder / "test_2.json").unlink()
    assert problems(store) == []


def test_the_mean_of_the_test_set_is_verified_in_place_of_the_folds(store: OOFStore) -> None:
    (store.folder / "test_1.json").unlink()
    store.write_test(None, TEST_KEY_ID, some_probabilities(5))
    assert problems(store) == []
    replace_key_id(store, "test_mean", 0, 0)
    assert kinds(problems(store)) == [KeyMismatch, IncompleteOOF, KeyMismatch]


@pytest.mark.parametrize(
    ("spoil", "expected", "file"),
    [
        (lambda store: (store.folder / "fold_1.json").unlink(), [IncompleteOOF], "fold_1.json"),
        (lambda store: (store.folder / "fold_1.key_id.npy").unlink(), [DamagedOOF], "fold_1.key_id.npy"),
        (lambda store: (store.folder / "fold_1.json").write_text("{"), [DamagedOOF], "fold_1.json"),
        (flip_a_bit, [DamagedOOF], "test_1.probabilities.npy"),
        (lambda store: break_row(store, np.nan), [NotProbabilities], "fold_0.probabilities.npy"),
        (lambda store: break_row(store, -0.1), [NotProbabilities], "fold_0.probabilities.npy"),
        (lambda store: break_row(store, 3.0), [NotProbabilities], "fold_0.probabilities.npy"),
        (lambda store: write_json(store.folder / "fold_3.json", {}), [BadOOF], "fold_3.json"),
        (lambda store: (store.folder / "manifest.json").write_text("{"), [DamagedOOF], "manifest.json"),
        (lambda store: (store.folder / "manifest.json").unlink(), [MissingResult], "manifest.json"),
    ],
)
def test_each_thing_that_is_wrong_is_named_with_its_file(
    store: OOFStore, spoil: Callable[[OOFStore], None], expected: list[type], file: str
) -> None:
    spoil(store)
    found = problems(store)
    assert kinds(found) == expected
    assert file in str(found[0])


def test_swapped_key_ids_are_named(store: OOFStore) -> None:
    held = np.load(store.folder / "fold_0.key_id.npy")
    held[[0, 1]] = held[[1, 0]]
    sealed(store.folder / "fold_0", key_id=held)
    found = problems(store)
    assert kinds(found) == [KeyMismatch]
    assert "rows were swapped or doubled" in str(found[0])


def test_a_row_in_anothers_fold_is_named_with_all_that_follows(store: OOFStore) -> None:
    replace_key_id(store, "fold_0", 1, KEY_ID[1])
    found = problems(store)
    assert kinds(found) == [FoldMismatch, KeyMismatch, IncompleteOOF, KeyMismatch, KeyMismatch]
    texts = [str(problem) for problem in found]
    assert f"first key_id {KEY_ID[1]} of fold 1" in texts[0]
    assert "the hash of their key_ids" in texts[1]
    assert f"first key_id {KEY_ID[3]} is missing" in texts[2]
    assert f"1 others too, first key_id {KEY_ID[1]}" in texts[3]
    assert "fold_0.key_id.npy and " in texts[4]
    assert "fold_1.key_id.npy" in texts[4]


def test_rows_of_other_drawings_are_named_also_where_the_manifest_says_not_of_which_it_is(store: OOFStore) -> None:
    without_hashes(store)
    replace_key_id(store, "fold_0", 0, KEY_ID[0] + 1)
    assert kinds(problems(store)) == [IncompleteOOF, KeyMismatch]


def test_other_classes_and_another_fold_count_are_named_together(store: OOFStore) -> None:
    found = problems(store, classes=("bee", "alarm clock", "The Eiffel Tower"), folds=5)
    assert kinds(found) == [ClassMismatch, FoldMismatch]


def test_by_another_fold_rule_nothing_else_is_said_of_the_rows(store: OOFStore) -> None:
    path = store.folder / "manifest.json"
    write_json(path, json.loads(path.read_text()) | {"rule": "key_id % folds"})
    assert kinds(problems(store)) == [FoldMismatch]


def test_all_problems_are_named_not_the_first_alone(store: OOFStore) -> None:
    break_row(store, np.nan)
    (store.folder / "fold_1.json").unlink()
    replace_key_id(store, "fold_2", 0, 0)
    flip_a_bit(store)
    found = problems(store, classes=(*CLASSES, "yoga"))
    assert kinds(found)[:3] == [ClassMismatch, NotProbabilities, IncompleteOOF]
    assert kinds(found)[-1] == DamagedOOF
    assert {FoldMismatch, KeyMismatch} <= {*kinds(found)}
    assert all(str(store.folder) in str(problem) for problem in found)
