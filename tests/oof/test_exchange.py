from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from ground.errors import BadOOF, BadSettings, ClassMismatch, IncompleteOOF, KeyMismatch, NotProbabilities
from oof.exchange import ProbabilityTable, export_oof, import_oof
from oof.store import OOFStore
from tests.oof.stores import CLASSES, KEY_ID, fill, some_probabilities

SUFFIXES = (".csv", ".npz", ".parquet")


def a_table(rows: int = 12) -> ProbabilityTable:
    return ProbabilityTable(KEY_ID[:rows], CLASSES, some_probabilities(rows))


@pytest.mark.parametrize(("suffix", "keep"), [(".csv", None), (".npz", 2), (".parquet", None)])
def test_what_is_exported_and_imported_again_is_the_same(tmp_path: Path, suffix: str, keep: int | None) -> None:
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
        keep=keep,
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
        "sum nan": (NotProbabilities, KEY_ID, np.where(KEY_ID[:, None] == KEY_ID[4], np.nan, table.probabilities)),
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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key_id": np.stack([KEY_ID, KEY_ID], axis=1)}, r"key_id \(12, 2\)"),
        ({"key_id": KEY_ID.astype(np.uint64) + np.uint64(2**63)}, "outside of 0 to 2"),
        ({"probabilities": some_probabilities(12) + 1j}, "complex"),
        ({"probabilities": some_probabilities(12).astype(str)}, "probabilities <U"),
        ({"probabilities": some_probabilities(12).astype(float) * 1e300}, "of sum inf"),
        ({"classes": np.array(CLASSES).astype("S20")}, r"classes \|S20"),
    ],
    ids=["two columns of keys", "keys past 63 bits", "complex", "text", "infinite", "bytes"],
)
def test_arrays_that_are_no_table_are_refused(tmp_path: Path, change: dict, message: str) -> None:
    table, path = a_table(), tmp_path / "theirs.npz"
    held = {"key_id": table.key_id, "classes": np.array(CLASSES), "probabilities": table.probabilities}
    np.savez(path, **(held | change))
    with pytest.raises(BadOOF, match=message):
        import_oof(path, tmp_path / "theirs", key_id=KEY_ID, classes=CLASSES, folds=3)


def test_more_columns_than_there_can_be_classes_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text("key_id" + ",x" * 40_000 + "\n1")
    pa.parquet.write_table(pa.table({str(name): [1.0] for name in range(40_000)}), tmp_path / "theirs.parquet")
    for suffix in (".csv", ".parquet"):
        with pytest.raises(BadOOF, match=r"40,00. columns, where 32,768"):
            ProbabilityTable.read(tmp_path / f"theirs{suffix}")


def test_a_parquet_file_that_grows_beyond_reason_or_holds_other_values_is_refused_unread(tmp_path: Path) -> None:
    path, rows = tmp_path / "theirs.parquet", 10**7
    pa.parquet.write_table(pa.table({"key_id": np.zeros(rows, np.int64), "bee": np.zeros(rows, np.float32)}), path)
    with pytest.raises(BadOOF, match=r"theirs\.parquet to grow"):
        ProbabilityTable.read(path)
    pa.parquet.write_table(pa.table({"key_id": [1], "bee": [[0.5]]}), path)
    with pytest.raises(BadOOF, match="column 'bee' of list"):
        ProbabilityTable.read(path)
