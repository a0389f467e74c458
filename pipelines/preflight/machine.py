"""What the machine is, and whether the libraries that a run needs last are there."""

from functools import partial

import numpy as np
import psutil

from ground.threads import threads
from oof.packages import package_versions
from pipelines.checks import Check, unless_refused
from pipelines.executor import cores, workers_that_fit
from pipelines.keras_start import start_keras
from pipelines.memory import Memory, available_memory
from pipelines.report.numbers import size
from pipelines.settings import RunSettings

BOOSTED = ("lambdarank", "xendcg", "binary", "rankers", "multiclass")  # the methods of the stack that LightGBM fits


def machine_checks(settings: RunSettings, memory: Memory) -> list[Check]:
    """Information, and a booster of one tree."""
    return [
        unless_refused("machine", partial(_machine, settings, memory)),
        _libraries(),
        unless_refused("LightGBM", partial(_lightgbm, settings)),
    ]


def _machine(settings: RunSettings, memory: Memory) -> Check:
    """Raises `BadSettings` where the number of threads that is asked for is none."""
    gpu = f"; a GPU of {size(memory.free)} free" if memory.place.startswith("GPU") else "; no GPU"
    workers = settings.workers or workers_that_fit()
    found = (
        f"cores {cores()}, threads a process {threads()}, processes {workers}; "
        f"{size(available_memory())} of {size(psutil.virtual_memory().total)} memory free{gpu}"
    )
    return Check("machine", "note", found)


def _libraries() -> Check:
    start_keras()
    import keras

    versions = ", ".join(f"{name} {version}" for name, version in package_versions().items())
    return Check("libraries", "note", f"Keras on {keras.backend.backend()}; {versions}")


def _lightgbm(settings: RunSettings) -> Check:
    """One tree on as many threads as the stack takes: without OpenMP, importing it fails already."""
    wanted = [method for method in settings.stack.methods if method in BOOSTED]
    if not wanted:
        return Check("LightGBM", "note", "not needed: none of its methods is in stack.methods")
    try:
        import lightgbm
    except (ImportError, OSError) as error:
        advice = "Install lightgbm and OpenMP (Debian: libgomp1; macOS: brew install libomp)."
        return Check("LightGBM", "failure", f"cannot be imported: {error}", advice)
    numbers = np.arange(64, dtype=np.float64)
    table = lightgbm.Dataset(numbers[:, None], numbers > 31)
    lightgbm.train({"objective": "binary", "num_threads": threads(), "verbosity": -1}, table, num_boost_round=1)
    return Check(
        "LightGBM", "ok", f"{lightgbm.__version__} fits a tree on {threads()} threads, for {', '.join(wanted)}"
    )
