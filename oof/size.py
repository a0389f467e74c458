"""What a store takes on the disk, and in memory while it is written: computed before any work begins."""

from collections.abc import Sequence

from oof.forms import Form
from oof.rows import BLOCK_ROWS

KEY = 8  # bytes of a key_id
A_FILE = 128 + 512  # bytes: NumPy's header, and a file's share of the seal


def disk_for(form: Form, parts: Sequence[int]) -> int:
    """Bytes on the disk of parts of so many rows each."""
    a_row = KEY + sum(column.size for column in form.columns.values())
    return sum(parts) * a_row + len(parts) * (len(form.columns) + 1) * A_FILE


def memory_for(classes: int, parts: Sequence[int]) -> int:
    """Bytes of memory to predict and write the largest of these parts: its rows in single precision and a block."""
    ordered = 3 * KEY  # each row's key_id, its place in their order, its fold
    return max(parts, default=0) * (4 * classes + ordered) + BLOCK_ROWS * 12 * classes  # a block in three precisions
