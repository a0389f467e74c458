"""Pictures, sequences and statistics from drawings in memory: `python -m tests.benchmarks.render`.

Ours work on batches of 512 drawings, as models ask for them. The references read each drawing from its row of text,
as the course does; what it costs to take drawings from shards, the feeds' benchmark counts. All have the environment of
a run's workers, and so memory that is kept.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np

from features.drawings import Drawings
from features.formats.strokes_writing import strokes_json
from features.rendering import render_color, render_gray
from features.sequences import sequences
from features.statistics import stroke_statistics
from pipelines.executor import cores
from tests.benchmarks import naive
from tests.benchmarks.clock import Clock, Way, clock, doing, take_turns, times_faster
from tests.benchmarks.first_use import COLOR, GRAY, SEQUENCES, STATISTICS, first_use
from tests.benchmarks.input_drawings import input_drawings
from tests.benchmarks.options import CompileTime, Count, CpuTime, Data, Json, Repeat, Seed, run
from tests.benchmarks.own_process import as_a_worker
from tests.benchmarks.table import Row, publish

BATCH = 512
NAIVE_PART = 5  # one drawing of so many is for the references, so that a turn of theirs does not last too long
TIMED_SHARE = 0.25  # of the synthetic drawings, for the colours, sequences and statistics that follow time


@dataclass(frozen=True)
class Pictures:
    """One kind of picture, our way and the naive way, and the bars between them."""

    name: str
    render: Callable[[Drawings], object]
    draw: naive.Draw
    sees_time: bool
    least: float  # drawings a second
    least_times: float  # the reference's rate


GRAY_64 = Pictures("64 px grey", partial(render_gray, size=64), naive.draw_gray, False, 150_000, 12)
COLOR_128 = Pictures("128 px colour by time", partial(render_color, size=128), naive.draw_color, True, 50_000, 10)
LEAST_SEQUENCES, LEAST_STATISTICS = 200_000, 100_000  # drawings a second


def measure(drawings: Drawings, repeat: int, now: Clock = perf_counter) -> list[Row]:
    """The rows of the table, without first uses."""
    pictures = [row for kind in (GRAY_64, COLOR_128) for row in _pictures(kind, drawings, repeat, now)]
    return [Row("machine", cores(), "cores"), *pictures, *_arrays(drawings, repeat, now)]


def _pictures(kind: Pictures, drawings: Drawings, repeat: int, now: Clock) -> list[Row]:
    sample = drawings[: -(-len(drawings) // NAIVE_PART)]
    with naive.on_all_cores(strokes_json(sample, with_time=kind.sees_time)) as draw_all:
        ways = {
            "ours": _by_batch(kind.render, drawings, now),
            "json.loads": doing(lambda: draw_all(json.loads, kind.draw), len(sample), now),
            "eval": doing(lambda: draw_all(eval, kind.draw), len(sample), now),
        }
        rates = take_turns(ways, repeat)
    rows = [Row(kind.name, np.median(rates["ours"]), "drawings/s", bar=kind.least)]
    for decode, bar in (("json.loads", kind.least_times), ("eval", None)):
        reference = f"{decode} + cv2.line + resize on {cores()} cores"
        rows += [
            Row(f"{kind.name} ÷ {reference}", times_faster(rates["ours"], rates[decode]), "×", bar),
            Row(f"reference: {kind.name} by {reference}", np.median(rates[decode]), "drawings/s"),
        ]
    return rows


def _arrays(drawings: Drawings, repeat: int, now: Clock) -> list[Row]:
    ways = {"sequences": _by_batch(sequences, drawings, now), "statistics": _by_batch(stroke_statistics, drawings, now)}
    rates = take_turns(ways, repeat)
    bars = {"sequences": LEAST_SEQUENCES, "statistics": LEAST_STATISTICS}
    return [Row(name, np.median(rates[name]), "drawings/s", bar) for name, bar in bars.items()]


def _by_batch(make: Callable[[Drawings], object], drawings: Drawings, now: Clock) -> Way:
    def make_all() -> None:
        for first in range(0, len(drawings), BATCH):
            make(drawings[first : first + BATCH])

    return doing(make_all, len(drawings), now)


def main(
    drawings: Count = 50_000,
    data: Data = None,
    seed: Seed = 0,
    repeat: Repeat = 5,
    compile_time: CompileTime = True,
    cpu_time: CpuTime = False,
    json: Json = False,
) -> None:
    """Pictures, sequences and statistics from drawings in memory, against json.loads and cv2.line."""
    rows = measure(input_drawings(data, drawings, seed, TIMED_SHARE)[0], repeat, clock(cpu_time))
    if compile_time:
        rows += first_use((GRAY, COLOR, SEQUENCES, STATISTICS))
    publish({"render": rows}, json)


if __name__ == "__main__":
    as_a_worker()
    run(main)
