"""LightGBM as all meta-models use it: the same result on every run, kept as its own text.

What it says goes to the logger `lightgbm`, where errors alone pass: by itself it writes warnings among a command's
answer on stdout, some in spite of `verbose`.
"""

import logging
from pathlib import Path
from typing import Any

import lightgbm

REPRODUCIBLE = {"deterministic": True, "force_row_wise": True, "verbose": -1}
MODEL_FILE = "trees.txt"

logging.getLogger("lightgbm").setLevel(logging.ERROR)
lightgbm.register_logger(logging.getLogger("lightgbm"))


def boost(data: Any, rounds: int, seed: int, threads: int, settings: dict[str, Any]) -> Any:
    """A `lightgbm.Booster` of `rounds` rounds on a `lightgbm.Dataset`; `threads` 0 means all cores."""
    settings = {**REPRODUCIBLE, "seed": seed, "num_threads": threads, **settings}
    return lightgbm.train(settings, data, num_boost_round=rounds)


def save_booster(booster: Any, folder: Path) -> None:
    booster.save_model(folder / MODEL_FILE)


def load_booster(folder: Path) -> Any:
    return lightgbm.Booster(model_file=folder / MODEL_FILE)
