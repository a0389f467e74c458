import errno
import os
from pathlib import Path

import numpy as np
import pytest

from ground.errors import BadData, BrokenDisk, NotEnoughRoom, NotWritable
from ground.faults import told, writing
from ground.files import whole_file, whole_folder

FULL = Path("/dev/full")  # the kernel's own disk that is always full
OWN_MEMORY = Path("/proc/self/mem")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="/dev/full is Linux's")


@needs_full
def test_a_full_disk_is_told_with_what_was_to_be_written(tmp_path):
    message = r"Expected room to write .*history\.csv, .*No space left.*Make room"
    with pytest.raises(NotEnoughRoom, match=message), writing(tmp_path / "history.csv"):
        FULL.write_text("1,2,3")


@needs_full
def test_numpy_on_a_full_disk_is_told_alike(tmp_path):
    with pytest.raises(NotEnoughRoom, match="Expected room"), writing(tmp_path / "state.npy"), FULL.open("wb") as file:
        np.ones(10_000).tofile(file)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_what_may_not_be_written_is_told_so(tmp_path, number):
    with pytest.raises(NotWritable, match="Expected to be able to write"), writing(tmp_path / "file"):
        raise OSError(number, os.strerror(number))


@pytest.mark.skipif(not OWN_MEMORY.exists(), reason="/proc is Linux's")
@pytest.mark.parametrize("mode", ["rb", "r+b"])
def test_a_disk_that_fails_is_told_so_in_reading_and_in_writing(tmp_path, mode):
    with pytest.raises(BrokenDisk, match=r"Expected the disk to read and write .*cv_00\.arrow.*Input/output error\."):
        touch_address_0(mode, tmp_path / "cv_00.arrow")


def touch_address_0(mode, path):
    """What a process may not read or write of its memory is an input/output error, as a bad sector's is."""
    with writing(path), OWN_MEMORY.open(mode, buffering=0) as file:
        file.read(1) if mode == "rb" else file.write(b"1")


@pytest.mark.parametrize("whole", [whole_file, whole_folder])
def test_a_file_that_did_not_fit_leaves_the_earlier_one_and_no_rest(tmp_path, whole):
    path = tmp_path / "result"
    path.mkdir() if whole is whole_folder else path.write_text("earlier")
    with pytest.raises(NotEnoughRoom), whole(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [file.name for file in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes"),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
        ImportError("libarrow.so: failed to map segment from shared object"),
    ],
)
def test_want_of_memory_is_told_with_what_to_set(error):
    with pytest.raises(NotEnoughRoom, match=r"Expected enough memory.*smaller batch_size or fewer workers"):
        raise told(error)


def test_a_full_disk_is_told_wherever_it_is_met():
    assert isinstance(told(OSError(errno.ENOSPC, "No space left on device", "/data/a.csv")), NotEnoughRoom)
    assert "/data/a.csv" in str(told(OSError(errno.ENOSPC, "No space left on device", "/data/a.csv")))


@pytest.mark.parametrize("error", [BadData("Expected drawings."), KeyError("a bug"), FileNotFoundError("gone")])
def test_other_errors_stay_what_they_are(error, tmp_path):
    assert told(error) is error
    with pytest.raises(type(error)) as raised, writing(tmp_path / "file"):
        raise error
    assert raised.value is error


def test_errors_of_ours_inside_a_writing_are_not_told_twice(tmp_path):
    with pytest.raises(NotEnoughRoom) as raised, writing(tmp_path / "outer"), writing(tmp_path / "inner"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert "inner" in str(raised.value)
