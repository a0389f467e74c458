"""Rates measured side by side: the ways take turns, and their medians stand against chance.

A machine gets slower and faster while one measures. What is compared is done in turns, a ratio is taken of each
turn by itself, and the median of the ratios counts.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from pipelines.executor import cores

Clock = Callable[[], float]  # seconds
Way = Callable[[], float]  # does its work once and gives its drawings a second
Rates = NDArray[np.float64]  # (turns,)


def processor_time() -> float:
    """Seconds that the cores have worked for this process and those that it started, shared among all cores.

    So long it would take were all cores at it and nothing else on the machine: for measuring beside other work.
    """
    others = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return (process_time() + sum(times.user + times.system for times in others)) / cores()


def clock(by_processor: bool) -> Clock:
    """The processor's time, or the time that passes."""
    return processor_time if by_processor else perf_counter


def doing(work: Callable[[], object], drawings: int, now: Clock = perf_counter) -> Way:
    """The way that does `work`, which handles so many drawings."""

    def once() -> float:
        started = now()
        work()
        return drawings / (now() - started)

    return once


def taking(batches: Callable[[], Iterator[tuple[Any, ...]]], count: int, now: Clock = perf_counter) -> Way:
    """The way that takes `count` batches (x, y) out of a fresh feed once the first has come: its start is over then."""

    def once() -> float:
        feed = batches()
        next(feed)
        started = now()
        drawings = sum(len(batch[1]) for batch in islice(feed, count))
        return drawings / (now() - started)

    return once


def take_turns(ways: Mapping[str, Way], repeat: int) -> dict[str, Rates]:
    """The rates of each way in `repeat` turns, after one turn that does not count; every second goes backwards."""
    for way in ways.values():
        way()
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeat):
        for name in list(ways)[:: -1 if turn % 2 else 1]:
            rates[name].append(ways[name]())
    return {name: np.array(measured) for name, measured in rates.items()}


def times_faster(ours: Rates, theirs: Rates) -> float:
    """How many times the rate of theirs ours is: the median over the turns."""
    return float(np.median(ours / theirs))
