"""What has been fitted once to the same rows is not fitted again: `linear` and all rankers ask for the same fits.

In a table of methods each fold's linear stacker is wanted by `linear` and by every ranker, and those that give the
rankers their second opinion by each of them. Estimators are copied (scikit-learn's `clone`) before they are fitted, so
they cannot hand such a fit on to one another; it is found by what it is of.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stacking.columns import blocks

BLOCK = 5_000  # rows hashed at a time

Arrays = tuple[NDArray[Any], ...]
_found: ContextVar[dict[bytes, Arrays] | None] = ContextVar("found", default=None)


@contextmanager
def fits_shared() -> Iterator[None]:
    """While it lasts, equal fits are made once; what was learned (0.5 MB at 340 classes and 49 statistics) is held."""
    token = _found.set({} if _found.get() is None else _found.get())
    try:
        yield
    finally:
        _found.reset(token)


def shared_fit(settings: Sequence[Any], rows: Sequence[NDArray[Any]], fit: Callable[[], Arrays]) -> Arrays:
    """What `fit` learns, or has learned before from arrays of the same content under the same settings."""
    found = _found.get()
    if found is None:
        return fit()
    key = _digest(settings, rows)
    if key not in found:
        found[key] = fit()
    return found[key]


def _digest(settings: Sequence[Any], rows: Sequence[NDArray[Any]]) -> bytes:
    digest = hashlib.sha256(repr(settings).encode())
    for array in rows:
        digest.update(f"{array.dtype} {array.shape}".encode())
        for block in blocks(np.arange(len(array)), BLOCK):
            digest.update(np.ascontiguousarray(array[block[0] : block[-1] + 1]).data)
    return digest.digest()
