"""What has been fitted once to the same rows is not fitted again.

In a table of methods each fold's linear stacker is wanted by `linear` and by every ranker, and those that give the
rankers their second opinion by each of them, as are the candidate rows that they learn from. Where the choice is made
anew without fold j, the method that answers for fold k is the one that answers for j without k; and to explain a
method, it is asked as the table had it. Estimators are copied (scikit-learn's `clone`) before they are fitted, so they
cannot hand a fit on to one another; it is found by what it is of.
"""

import hashlib
import pickle
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from ground.threads import in_threads
from stacking.columns import Floats, Groups, Labels, blocks

Learned = TypeVar("Learned")
_digests: dict[int, tuple[NDArray[np.void], "weakref.ref[NDArray[Any]]"]] = {}  # of arrays that live, by their id
_found: ContextVar[dict[bytes, Any] | None] = ContextVar("found", default=None)


@contextmanager
def fits_shared() -> Iterator[None]:
    """While it lasts, equal fits are made once; what was learned (at 340 classes some 5 MB a ranker) is held.

    The arrays that are fitted to must not change in between: each row of theirs is looked at once.

    What rankers learn from is held on the disk, a byte a value: of 20,000 drawings, the rows of a fit, 20 MB.
    """
    token = _found.set({} if _found.get() is None else _found.get())
    try:
        yield
    finally:
        _found.reset(token)


def shared_fit(
    settings: Sequence[Any], arrays: Sequence[NDArray[Any]], rows: Labels, fit: Callable[[], Learned]
) -> Learned:
    """What `fit` learns, or has learned before from the same content of `rows` of the arrays under these settings."""
    found = _found.get()
    if found is None:
        return fit()
    key = _digest(settings, arrays, rows)
    if key not in found:
        found[key] = fit()
    return found[key]  # type: ignore[no-any-return]


def fitted_copy(
    estimator: Any,
    X: Floats,  # noqa: N803
    y: Labels,
    rows: Labels,
    groups: Groups = None,
) -> Any:
    """A copy of `estimator` fitted on `rows` of X, y and groups: a new one, or one that has been fitted so before."""

    def fit() -> Any:
        return clone(estimator).fit(X[rows], y[rows], None if groups is None else groups[rows])

    if _found.get() is None:
        return fit()
    arrays = (X, y) if groups is None else (X, y, groups)
    settings = hashlib.sha256(pickle.dumps(clone(estimator))).digest()  # it may hold rows of its own
    return shared_fit((settings,), arrays, rows, fit)


def _digest(settings: Sequence[Any], arrays: Sequence[NDArray[Any]], rows: Labels) -> bytes:
    digest = hashlib.sha256(repr(settings).encode())
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape[1:]} {len(rows)}".encode())
        digest.update(_digests_of_rows(array)[rows].data)
    return digest.digest()


def _digests_of_rows(array: NDArray[Any]) -> NDArray[np.void]:
    """(N,) of each row of N, taken once in the life of the array: one fit after the other asks for some of them."""
    held = _digests.get(id(array))
    if held is None:
        digests = np.concatenate(in_threads(partial(_digests_of_block, array), blocks(np.arange(len(array)))))
        forgotten = partial(_digests.pop, id(array))
        _digests[id(array)] = held = digests, weakref.ref(array, lambda _: forgotten())
    return held[0]


def _digests_of_block(array: NDArray[Any], rows: Labels) -> NDArray[np.void]:
    digests = [hashlib.sha256(row.data).digest() for row in np.ascontiguousarray(array[rows])]
    return np.array(digests, "V32")
