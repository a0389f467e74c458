import io
import zipfile

import numpy as np
import pytest

from ground.arrays import map_npy, read_npz
from ground.errors import BadData


def header(shape: str, dtype: str = "<f4") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def npz_of(path, content: bytes, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.npy", content)
    return path


def test_arrays_come_back_as_they_were(tmp_path):
    arrays = {"a": np.arange(6).reshape(2, 3), "b": np.array(["é", "bee"]), "c": np.asfortranarray(np.eye(2)), "d": 5}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    for name, array in read_npz(tmp_path / "a.npz").items():
        np.testing.assert_array_equal(array, arrays[name])
    np.save(tmp_path / "a.npy", arrays["a"])
    np.testing.assert_array_equal(map_npy(tmp_path / "a.npy"), arrays["a"])


SPOILED = [
    header("(1000000000000,)"),
    header("(4,)", "<U100000000"),
    header("(-1,)"),
    header("(" * 3000),
    header("(2,)") + b"123",
    b"\x93NUMPY\x09\x00" + bytes(100),
    b"no array",
    b"",
]


@pytest.mark.parametrize("content", SPOILED, ids=lambda content: str(content[:30]))
def test_what_its_header_does_not_fit_is_refused_without_making_room_for_it(tmp_path, content):
    with pytest.raises(BadData, match=r"arrays in .*a\.npz"):
        read_npz(npz_of(tmp_path / "a.npz", content))
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(BadData, match=r"array in .*a\.npy"):
        map_npy(tmp_path / "a.npy")


def test_objects_are_refused_unread(tmp_path):
    held = io.BytesIO()
    np.save(held, np.array([None]))
    with pytest.raises(BadData, match=r"a\.npz.*unpickled"):
        read_npz(npz_of(tmp_path / "a.npz", held.getvalue()))
    (tmp_path / "a.npy").write_bytes(held.getvalue())
    with pytest.raises(BadData, match=r"a\.npy"):
        map_npy(tmp_path / "a.npy")


def test_a_bomb_is_refused_by_what_it_says_of_itself(tmp_path):
    path = npz_of(tmp_path / "a.npz", bytes(65 << 20), zipfile.ZIP_DEFLATED)
    with pytest.raises(BadData, match=r"a\.npz to grow"):
        read_npz(path)


def test_damage_to_the_zip_is_refused_by_name(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.arange(100))
    data = bytearray((tmp_path / "a.npz").read_bytes())
    for place in (0, 200, 300, len(data) - 20):
        spoiled = data.copy()
        spoiled[place] ^= 255
        (tmp_path / "a.npz").write_bytes(spoiled)
        with pytest.raises(BadData, match=r"a\.npz"):
            read_npz(tmp_path / "a.npz")
