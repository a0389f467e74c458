from pathlib import Path

import numpy as np
import pytest

from oof.size import disk_for
from oof.store import OOFStore
from tests.oof.stores import some_probabilities


@pytest.mark.parametrize("keep", [None, 32])
def test_the_room_that_a_store_takes_is_known_before_it_is_made(tmp_path: Path, keep: int | None) -> None:
    store = OOFStore.create(tmp_path / "gray64", tuple(map(str, range(340))), 1, {}, keep=keep)
    store.write_fold(0, np.arange(3000), some_probabilities(3000, classes=340))
    store.write_test(None, np.arange(500), some_probabilities(500, classes=340))
    taken = sum(file.stat().st_size for file in store.folder.iterdir() if file.name != "manifest.json")
    assert taken <= disk_for(store.manifest.form, [3000, 500]) <= taken * 1.01


def test_the_likeliest_classes_take_a_fifth_of_all_340(tmp_path: Path) -> None:
    every, top = (OOFStore.create(tmp_path / f"{k}", tuple(map(str, range(340))), 5, {}, keep=k) for k in (None, 32))
    assert disk_for(every.manifest.form, [10**7] * 5) == pytest.approx(34.4e9, rel=0.01)
    assert disk_for(top.manifest.form, [10**7] * 5) == pytest.approx(6.9e9, rel=0.01)
