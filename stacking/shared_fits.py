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
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from ground.threads import in_threads
from stacking.columns import Floats, Groups, Labels, blocks

Learned = TypeVar("Learned")


@dataclass(frozen=True)
class _Shared:
    """What is known while `fits_shared` lasts."""

    learned: dict[bytes, Any] = field(default_factory=dict)  # by what it is of
    digests: dict[int, NDArray[np.void]] = field(default_factory=dict)  # (N,) of an array's rows, by its id as it lives


_shared: ContextVar[_Shared | None] = ContextVar("shared", default=None)


@contextmanager
def fits_shared() -> Iterator[None]:
    """While it lasts, equal fits are made once; what was learned (at 340 classes some 5 MB a ranker) is held.

    What rankers learn from is held on the disk, a byte a value: of 20,000 drawings, 20 MB at the most.
    The arrays that are fitted to must not change in between: each row of theirs is looked at once.
    """
    token = _shared.set(_shared.get() or _Shared())
    try:
        yield
    finally:
        _shared.reset(token)


def shared_fit(
    settings: Sequence[Any], arrays: Sequence[NDArray[Any]], rows: Labels, fit: Callable[[], Learned]
) -> Learned:
    """What `fit` learns, or has learned before from the same content of `rows` of the arrays under these settings."""
    shared = _shared.get()
    if shared is None:
        return fit()
    key = _digest(settings, [_digests_of_rows(array, shared.digests)[rows] for array in arrays])
    if key not in shared.learned:
        shared.learned[key] = fit()
    return shared.learned[key]  # type: ignore[no-any-return]


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

    if _shared.get() is None:
        return fit()
    arrays = (X, y) if groups is None else (X, y, groups)
    settings = hashlib.sha256(pickle.dumps(clone(estimator))).digest()  # it may hold rows of its own
    return shared_fit((settings,), arrays, rows, fit)


def _digest(settings: Sequence[Any], rows: Sequence[NDArray[np.void]]) -> bytes:
    digest = hashlib.sha256(repr(settings).encode())
    for of_array in rows:
        digest.update(f"{len(of_array)}".encode())
        digest.update(of_array.data)
    return digest.digest()


def _digests_of_rows(array: NDArray[Any], known: dict[int, NDArray[np.void]]) -> NDArray[np.void]:
    """(N,) of each row of N, taken once in the life of the array: one fit after the other asks for some of them."""
    if id(array) not in known:
        known[id(array)] = np.concatenate(in_threads(partial(_digests_of_block, array), blocks(np.arange(len(array)))))
        weakref.finalize(array, known.pop, id(array), None)
    return known[id(array)]


def _digests_of_block(array: NDArray[Any], rows: Labels) -> NDArray[np.void]:
    kind = f"{array.dtype} {array.shape[1:]}".encode()
    digests = [hashlib.sha256(kind + row.tobytes()).digest() for row in array[rows]]
    return np.array(digests, "V32")
