"""What the compiled ways cost at their very first use, and in every later process.

numba compiles a way when it is first called and keeps the result in a folder, from which later processes load it.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np

from features.arrow_files import ArrowDrawings, record_batch
from features.rendering import render_color, render_gray
from features.sequences import sequences
from features.statistics import stroke_statistics
from tests.benchmarks.own_process import ROOT, command
from tests.benchmarks.synthetic import synthetic_drawings
from tests.benchmarks.table import Row

TAKE, GRAY, COLOR, SEQUENCES, STATISTICS = "taking from shards", "grey", "colour", "sequences", "statistics"


def first_use(ways: Sequence[str]) -> list[Row]:
    """Seconds of the first call of each way, in a fresh process without numba's cache, then in one with it."""
    with tempfile.TemporaryDirectory() as cache:
        never_used, used = _in_fresh_process(cache), _in_fresh_process(cache)
    rows = [Row(f"first use ever, compiled: {way}", never_used[way], "s") for way in ways]
    return [*rows, Row("first use in a later process, all of these", sum(used[way] for way in ways), "s")]


def _in_fresh_process(cache: str) -> dict[str, float]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    done = subprocess.run(command("first_use"), cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def _calls() -> dict[str, Callable[[], object]]:
    drawings = synthetic_drawings(8, timed_share=0.5)
    shard = ArrowDrawings([record_batch(drawings)], ["memory"])
    return {
        TAKE: lambda: shard.take(np.arange(len(drawings))),
        GRAY: lambda: render_gray(drawings),
        COLOR: lambda: render_color(drawings),
        SEQUENCES: lambda: sequences(drawings),
        STATISTICS: lambda: stroke_statistics(drawings),
    }


def _seconds(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started


if __name__ == "__main__":
    print(json.dumps({way: _seconds(call) for way, call in _calls().items()}))
