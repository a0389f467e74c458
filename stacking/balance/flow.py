"""Minimum-cost flow: the likeliest way to give every class its exact number of drawings, by auction."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stacking.columns import Floats

STEPS = (1.0, 0.1, 0.01, 0.001)  # nats by which a bid goes over the last one at the least, auction after auction


@njit(nogil=True, cache=True)  # type: ignore[misc]
def assigned(logs: Floats, sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(N,) the class of each drawing and (C,) the price of each class, from log probabilities (N, C).

    Class c gets `sizes[c]` (C,) drawings, N in all. The sum of their log probabilities is at the most N * 0.001 below
    the greatest that there is; on real probabilities it is the greatest.

    A linear program of N × C unknowns (38 million for Kaggle's test set) is out of reach, an auction of the N places
    is not: a drawing without a place takes the cheapest of the class that suits it best at present prices, pays for
    it what keeps that class as good for it as its second best, and thereby turns out who was there. Each auction is
    held at the last one's prices with smaller steps. Bertsekas and Castañon, The auction algorithm for the
    transportation problem, Annals of Operations Research 20 (1989), 67–96.
    """
    rows, classes = logs.shape
    starts = np.zeros(classes + 1, np.int64)
    starts[1:] = np.cumsum(sizes)
    price = np.zeros(rows)  # of each place; a class's places are a heap, the cheapest first
    cheapest = np.where(sizes > 0, 0.0, np.inf)  # (C,)
    owner = np.empty(rows, np.int64)
    waiting = np.empty(rows, np.int64)
    for step in STEPS:
        owner[:] = -1
        waiting[:] = np.arange(rows)
        left = rows
        while left > 0:
            row = waiting[left - 1]
            c, lead = _best(logs[row], cheapest)
            first, end = starts[c], starts[c + 1]
            if owner[first] >= 0:
                waiting[left - 1] = owner[first]
            else:
                left -= 1
            _replace_cheapest(price[first:end], owner[first:end], cheapest[c] + lead + step, row)
            cheapest[c] = price[first]
    answer = np.empty(rows, np.int64)
    answer[owner] = np.repeat(np.arange(classes), sizes)
    return answer, cheapest


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _best(logs: Floats, cheapest: NDArray[np.float64]) -> tuple[int, float]:
    """The class that suits a drawing best at these prices, and by how much more than the second."""
    best, second, c = -np.inf, -np.inf, -1
    for other in range(len(cheapest)):
        value = logs[other] - cheapest[other]
        if value > best:
            best, second, c = value, best, other
        elif value > second:
            second = value
    return c, best - second if second > -np.inf else 0.0


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _replace_cheapest(price: NDArray[np.float64], owner: NDArray[np.int64], paid: float, row: int) -> None:
    """Give the first place of a heap to `row` for what it `paid`, and order the heap again."""
    at, child = 0, 1
    while child < len(price):
        if child + 1 < len(price) and price[child + 1] < price[child]:
            child += 1
        if price[child] >= paid:
            break
        price[at], owner[at] = price[child], owner[child]
        at, child = child, 2 * child + 1
    price[at], owner[at] = paid, row
