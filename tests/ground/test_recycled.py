import numpy as np
import pytest

from ground import recycled

SHAPE = (2, 2**12, 2**13 + 1)  # 64 MiB and more


@pytest.fixture(autouse=True)
def nothing_kept():
    recycled._free.clear()
    yield
    recycled._free.clear()


def test_memory_is_used_again_once_the_last_view_is_gone():
    array = recycled.empty(SHAPE, np.uint8)
    part, address = array[1, :, ::2], array.ctypes.data
    del array
    other = recycled.empty(SHAPE, np.uint8)
    assert not np.shares_memory(part, other)
    del part
    assert recycled.empty(SHAPE, np.uint8).ctypes.data == address


@pytest.mark.parametrize("shape", [(3,), SHAPE])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_an_array_is_as_numpy_gives_it(shape, dtype):
    array, known = recycled.empty(shape, dtype), np.empty(shape, dtype)
    array[...] = 7
    assert (array.shape, array.dtype, array.strides) == (known.shape, known.dtype, known.strides)
    assert (array == 7).all()


def test_what_has_another_size_is_given_back():
    array = recycled.empty(SHAPE, np.uint8)
    del array
    assert len(recycled._free) == 1
    recycled.empty((*SHAPE, 2), np.uint8)
    assert [len(memory) for memory in recycled._free] == [2 * np.prod(SHAPE)]


def test_small_arrays_are_numpys_own():
    array = recycled.empty((2**20,), np.uint8)
    del array
    assert not recycled._free
