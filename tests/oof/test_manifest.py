import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ground.errors import (
    BadOOF,
    BadSettings,
    ClassMismatch,
    DamagedOOF,
    FoldMismatch,
    KeyMismatch,
    MissingResult,
    RunChanged,
)
from ground.files import write_json
from oof.folds import RULE
from oof.store import OOFStore
from tests.oof.stores import CLASSES, KEY_ID, TEST_KEY_ID, fill

CONFIG = {"epochs": 2}


@pytest.fixture
def store(tmp_path: Path) -> OOFStore:
    return OOFStore.create(tmp_path / "gray64", CLASSES, 3, CONFIG, key_id=KEY_ID, test_key_id=TEST_KEY_ID)


def changed(store: OOFStore, **fields: object) -> Path:
    path = store.folder / "manifest.json"
    write_json(path, json.loads(path.read_text()) | fields)
    return path


def test_making_the_same_store_again_keeps_its_folds(store: OOFStore) -> None:
    fill(store, range(1))
    shuffled = np.random.default_rng(0).permutation(KEY_ID)
    assert OOFStore.create(store.folder, CLASSES, 3, CONFIG, key_id=shuffled, test_key_id=TEST_KEY_ID[::-1]).has_fold(0)
    assert OOFStore.create(store.folder, CLASSES, 3, CONFIG).has_fold(0)


def test_a_store_of_something_else_is_refused_each_with_its_own_error(store: OOFStore) -> None:
    with pytest.raises(ClassMismatch, match="4 in all"):
        OOFStore.create(store.folder, (*CLASSES, "yoga"), 3, CONFIG)
    with pytest.raises(ClassMismatch, match="'bee' at place 0"):
        OOFStore.create(store.folder, ("bee", "alarm clock", "The Eiffel Tower"), 3, CONFIG)
    with pytest.raises(FoldMismatch, match="Expected 4 folds"):
        OOFStore.create(store.folder, CLASSES, 4, CONFIG)
    with pytest.raises(RunChanged, match="epochs: 3, received 2"):
        OOFStore.create(store.folder, CLASSES, 3, {"epochs": 3})
    nested = OOFStore.create(store.folder.with_name("nested"), CLASSES, 3, {"train": {"epochs": 2, "ema": 0.5}})
    with pytest.raises(RunChanged, match=r"Expected train\.epochs: 3, received 2\. Go back"):
        OOFStore.create(nested.folder, CLASSES, 3, {"train": {"epochs": 3, "ema": 0.5}})
    with pytest.raises(RunChanged, match="Expected the 2 likeliest classes of a row in"):
        OOFStore.create(store.folder, CLASSES, 3, CONFIG, keep=2)
    with pytest.raises(KeyMismatch, match="drawings of fold_0, fold_2 in"):
        OOFStore.create(store.folder, CLASSES, 3, CONFIG, key_id=KEY_ID[1:-1])
    with pytest.raises(KeyMismatch, match="drawings of test in"):
        OOFStore.create(store.folder, CLASSES, 3, CONFIG, test_key_id=TEST_KEY_ID[1:])


@pytest.mark.parametrize("keep", [0, 4])
def test_no_class_or_more_than_all_cannot_be_kept(tmp_path: Path, keep: int) -> None:
    with pytest.raises(BadSettings, match=f"keep 1 to 3 classes a row .* received {keep}"):
        OOFStore.create(tmp_path / "top", CLASSES, 3, CONFIG, keep=keep)


def test_another_fold_rule_is_refused_on_opening(store: OOFStore) -> None:
    changed(store, rule="key_id % folds")
    with pytest.raises(FoldMismatch, match="by `key_id % folds`"):
        OOFStore(store.folder)


def test_a_manifest_that_says_no_more_than_the_first_ones_did_is_read(store: OOFStore) -> None:
    probabilities = fill(store, range(3))
    first = {"classes": CLASSES, "folds": 3, "config": CONFIG, "rule": RULE, "format": 1, "packages": {}}
    write_json(store.folder / "manifest.json", first)
    older = OOFStore.create(store.folder, CLASSES, 3, CONFIG, key_id=KEY_ID)
    np.testing.assert_allclose(older.read(KEY_ID), probabilities, atol=1e-3)


def test_only_the_top_k_form_is_of_a_format_that_earlier_code_refuses(tmp_path: Path) -> None:
    formats = {keep: OOFStore.create(tmp_path / f"{keep}", CLASSES, 3, {}, keep=keep).manifest for keep in (None, 2)}
    assert {keep: manifest.format for keep, manifest in formats.items()} == {None: 1, 2: 2}


def test_a_damaged_manifest_is_found(store: OOFStore) -> None:
    path = changed(store, format=99)
    with pytest.raises(BadOOF, match="Expected format 1 or 2"):
        OOFStore(store.folder)
    path.write_text("{}")
    with pytest.raises(DamagedOOF, match="manifest"):
        OOFStore(store.folder)
    path.unlink()
    with pytest.raises(MissingResult, match="doodlestack train gray64"):
        OOFStore(store.folder)


@pytest.mark.parametrize(
    "change",
    [
        *({"folds": "3"}, {"folds": 0}, {"classes": "abc"}, {"classes": []}, {"classes": ["a", "a"]}, {"config": 5}),
        *({"keep": 0}, {"keep": 4}, {"keep": "all"}, {"key_ids": ["fold_0"]}),
    ],
)
def test_a_manifest_of_other_values_is_refused(store: OOFStore, change: dict) -> None:
    changed(store, **change)
    with pytest.raises(DamagedOOF, match=r"manifest\.json"):
        OOFStore(store.folder)


def test_versions_are_recorded_without_loading_what_they_are_of() -> None:
    script = "import json, sys; from oof.packages import package_versions; versions = package_versions()"
    script += "; print(json.dumps([versions, [m for m in sys.modules if m in ('keras', 'tensorflow', 'lightgbm')]]))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    versions, loaded = json.loads(ran.stdout)
    assert versions["numpy"] == np.__version__
    assert loaded == []
    assert "keras" not in versions
