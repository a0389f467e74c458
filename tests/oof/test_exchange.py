from pathlib import Path

import numpy as np
import pytest

from ground.errors import BadOOF, BadSettings, ClassMismatch, IncompleteOOF, KeyMismatch
from oof.exchange import ProbabilityTable, export_oof, import_oof
from oof.store import OOFStore
from tests.oof.test_store import CLASSES, KEY_ID, fill, some_probabilities

SUFFIXES = (".csv", ".npz", ".parquet")


def a_table(rows: int = 12) -> ProbabilityTable:
    return ProbabilityTable(KEY_ID[:rows], CLASSES, some_probabilities(rows))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_exported_and_imported_again_is_the_same(tmp_path: Path, suffix: str) -> None:
    store = OOFStore.create(tmp_path / "mine", CLASSES, 3, {})
    fill(store, range(3))
    store.write_test(None, np.array([5, 3]), some_probabilities(2))
    oof, test = tmp_path / f"oof{suffix}", tmp_path / f"test{suffix}"
    export_oof(store, oof)
    export_oof(store, test, part="test")
    theirs = import_oof(
        oof,
        tmp_path / "theirs",
        key_id=KEY_ID,
        classes=CLASSES,
        folds=3,
        test_path=test,
        test_key_id=np.array([3, 5]),
    )
    theirs.check(KEY_ID, CLASSES, 3)
    np.testing.assert_allclose(theirs.read(KEY_ID), store.read(KEY_ID), atol=1e-3)
    np.testing.assert_allclose(theirs.read_test(np.array([5, 3])), store.read_test(np.array([5, 3])), atol=1e-3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rows_and_columns_may_come_in_any_order(tmp_path: Path, suffix: str) -> None:
    table, path = a_table(), tmp_path / f"theirs{suffix}"
    rows, columns = np.random.default_rng(0).permutation(12), [2, 0, 1]
    names = tuple(CLASSES[column] for column in columns)
    ProbabilityTable(table.key_id[rows], names, table.probabilities[rows][:, columns]).write(path)
    store = import_oof(path, tmp_path / "theirs", key_id=KEY_ID, classes=CLASSES, folds=3)
    np.testing.assert_allclose(store.read(KEY_ID), table.probabilities, atol=1e-3)


def test_the_columns_are_key_id_and_the_class_names_with_their_spaces(tmp_path: Path) -> None:
    a_table().write(tmp_path / "oof.csv")
    assert (tmp_path / "oof.csv").read_text().splitlines()[0] == '"key_id","alarm clock","bee","The Eiffel Tower"'


def test_wrong_rows_are_refused_each_with_its_own_error(tmp_path: Path) -> None:
    table, path = a_table(), tmp_path / "theirs.npz"
    wrong = {
        "11 key_ids in|1 are missing": (IncompleteOOF, table.key_id[:11], table.probabilities[:11]),
        "1 doubles": (KeyMismatch, np.append(KEY_ID, KEY_ID[0]), some_probabilities(13)),
        r"1 unknown ones \(first: \[7\]\)": (KeyMismatch, np.append(KEY_ID, 7), some_probabilities(13)),
        "sum nan": (BadOOF, KEY_ID, np.where(KEY_ID[:, None] == KEY_ID[4], np.nan, table.probabilities)),
    }
    for message, (error, key_id, probabilities) in wrong.items():
        ProbabilityTable(key_id, CLASSES, probabilities.astype(np.float32)).write(path)
        with pytest.raises(error, match=message):
            import_oof(path, tmp_path / "theirs", key_id=KEY_ID, classes=CLASSES, folds=3)
    assert not (tmp_path / "theirs").exists()


def test_other_classes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    ProbabilityTable(KEY_ID, ("alarm_clock", *CLASSES[1:]), some_probabilities(12)).write(path)
    with pytest.raises(ClassMismatch, match=r"missing \['alarm clock'\], unknown \['alarm_clock'\]"):
        import_oof(path, tmp_path / "theirs", key_id=KEY_ID, classes=CLASSES, folds=3)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"key_id,bee\n1,x\n", b"PK\x03\x04 no", b"\x00\xff" * 40])
def test_a_file_that_is_no_table_is_refused_with_its_name(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"theirs{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadOOF, match=f"theirs{suffix}"):
        ProbabilityTable.read(path)


def test_a_pickle_in_an_npz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.npz"
    np.savez(path, key_id=KEY_ID, classes=np.array(CLASSES, dtype=object), probabilities=some_probabilities(12))
    with pytest.raises(BadOOF, match=r"theirs\.npz.*unpickled"):
        ProbabilityTable.read(path)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"\.csv, \.npz, \.parquet"):
        ProbabilityTable.read(tmp_path / "theirs.pkl")
