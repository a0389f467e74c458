"""What is read of a store, whatever its form, and how much memory that takes."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ground.errors import BadSettings, KeyMismatch
from oof.forms import Dense, TopK
from oof.rows import BLOCK_ROWS
from oof.store import OOFStore
from oof.top_rows import TopRows
from tests.oof.stores import CLASSES, KEY_ID, TEST_KEY_ID, fill, some_probabilities

quick = settings(deadline=None, max_examples=30)  # the first example compiles


@st.composite
def rows_and_keep(draw: st.DrawFn) -> tuple[NDArray[np.float32], int]:
    """Rows of probabilities, some of them sure of one class, and how many classes to keep."""
    classes, seed = draw(st.integers(1, 12)), draw(st.integers(0, 2**32 - 1))
    sharpness = draw(st.sampled_from([0.01, 1.0, 100.0]))
    rows = np.random.default_rng(seed).dirichlet(np.full(classes, sharpness), size=draw(st.integers(0, 6)))
    return rows.astype(np.float32), draw(st.integers(1, classes))


@quick
@given(rows_and_keep())
def test_all_classes_kept_by_place_are_the_dense_form(case: tuple[NDArray[np.float32], int]) -> None:
    rows, _ = case
    dense, top = Dense(rows.shape[1]), TopK(rows.shape[1], rows.shape[1])
    np.testing.assert_allclose(top.dense(top.pack(rows)), dense.dense(dense.pack(rows)), atol=1e-6)


@quick
@given(rows_and_keep())
def test_what_is_kept_comes_back_and_the_others_share_the_rest(case: tuple[NDArray[np.float32], int]) -> None:
    rows, keep = case
    form, likeliest = TopK(rows.shape[1], keep), TopRows.of(rows, keep)
    packed = form.pack(rows)
    assert not form.broken(packed).any()
    read = form.dense(packed)
    np.testing.assert_allclose(read.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(read, likeliest.spread(rows.shape[1]), atol=2e-3)
    for row, classes in zip(read, likeliest.classes, strict=True):
        assert len(set(np.delete(row, classes).tolist())) <= 1


@quick
@given(rows_and_keep(), st.data())
def test_the_likeliest_classes_are_the_same_from_both_forms(case: tuple, data: st.DataObject) -> None:
    rows, keep = case
    count = data.draw(st.integers(1, keep))
    dense, top = Dense(rows.shape[1]), TopK(rows.shape[1], keep)
    for read in (dense.top(dense.pack(rows), count), top.top(top.pack(rows), count)):
        held = np.take_along_axis(rows, read.classes.astype(np.int64), axis=1)  # of classes equal in half precision,
        np.testing.assert_allclose(held, TopRows.of(rows, count).probabilities, atol=2e-3)  # either may come first
        np.testing.assert_allclose(read.probabilities, held, atol=2e-3)
        np.testing.assert_allclose(read.probabilities.sum(axis=1) + read.rest, 1, atol=1e-5)


@pytest.mark.parametrize("keep", [None, 2])
def test_top_rows_come_by_key_id_in_any_order_and_nan_where_not_predicted(tmp_path: Path, keep: int | None) -> None:
    store = OOFStore.create(tmp_path / "gray64", CLASSES, 3, {}, keep=keep)
    probabilities = fill(store, range(3))
    order = np.random.default_rng(1).permutation(12)
    read = store.read_top(np.append(KEY_ID[order], 7), 2)
    np.testing.assert_array_equal(read.classes[:-1], TopRows.of(probabilities, 2).classes[order])
    np.testing.assert_allclose(read.spread(3)[:-1], probabilities[order], atol=1e-3)
    assert np.isnan(read.probabilities[-1]).all()
    assert np.isnan(read.rest[-1])


def test_more_classes_than_a_store_keeps_cannot_be_read(tmp_path: Path) -> None:
    store = OOFStore.create(tmp_path / "gray64", CLASSES, 3, {}, keep=2)
    for read in (store.read_top, store.read_test_top):
        with pytest.raises(BadSettings, match=r"at most the 2 classes a row .* received 3\. Ask for 2"):
            read(KEY_ID, 3)


@pytest.mark.parametrize("keep", [None, 2])
def test_the_likeliest_classes_of_test_rows_are_those_of_the_mean(tmp_path: Path, keep: int | None) -> None:
    store = OOFStore.create(tmp_path / "gray64", CLASSES, 3, {}, keep=keep)
    for fold in range(3):
        store.write_test(fold, TEST_KEY_ID, some_probabilities(5, fold))
    mean = np.mean([some_probabilities(5, fold) for fold in range(3)], axis=0)
    read = store.read_test_top(TEST_KEY_ID[::-1], 2)
    np.testing.assert_array_equal(read.classes, TopRows.of(mean, 2).classes[::-1])
    np.testing.assert_allclose(read.spread(3), mean[::-1], atol=1e-3)
    with pytest.raises(KeyMismatch, match="key_id 8 is missing"):
        store.read_test_top(np.array([3, 8]), 2)


def test_several_stores_are_read_side_by_side_into_one_matrix(tmp_path: Path) -> None:
    stores = [OOFStore.create(tmp_path / name, CLASSES, 3, {}) for name in ("one", "two")]
    probabilities = [fill(store, range(3)) for store in stores]
    matrix = np.zeros((12, 6), np.float32)
    for place, store in enumerate(stores):
        store.read(KEY_ID, out=matrix[:, 3 * place : 3 * place + 3])
    np.testing.assert_allclose(matrix, np.hstack(probabilities), atol=1e-3)


@pytest.mark.parametrize("keep", [None, 4])
def test_reading_and_writing_many_rows_holds_a_block_beside_what_is_asked_for(tmp_path: Path, keep: int | None) -> None:
    rows, classes = 8 * BLOCK_ROWS, 20
    store = OOFStore.create(tmp_path / "many", tuple(map(str, range(classes))), 1, {}, keep=keep)
    key_id = np.arange(rows)
    probabilities = np.full((rows, classes), 1 / classes, np.float32)
    block = BLOCK_ROWS * classes * 4 * 4  # in the three precisions that are passed through, and as much to spare
    ids = 8 * rows * 8  # what is held of each row beside its probabilities: key_ids, their order, folds, marks
    assert held_at_most(lambda: store.write_fold(0, key_id, probabilities)) < block + ids
    assert held_at_most(lambda: store.read(key_id)) < rows * classes * 4 + block + ids
    assert held_at_most(lambda: store.read_top(key_id, 4)) < rows * 4 * 6 + block + ids


def held_at_most(work) -> int:
    """Bytes that `work` holds at its greatest, with what it gives back."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
