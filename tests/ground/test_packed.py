import pytest

from ground.errors import BadData
from ground.packed import NEVER_A_BOMB, refuse_bomb


def test_small_files_may_grow_at_will_and_large_ones_a_hundredfold():
    refuse_bomb("a.zip", packed=10, unpacked=NEVER_A_BOMB)
    refuse_bomb("a.zip", packed=10**9, unpacked=10**11)
    for packed, unpacked in ((10, NEVER_A_BOMB + 1), (10**9, 10**11 + 1)):
        with pytest.raises(BadData, match=r"a\.zip to grow at most 100-fold"):
            refuse_bomb("a.zip", packed, unpacked)
