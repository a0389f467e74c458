"""How far a training is, from what it writes beside itself."""

import csv
from pathlib import Path
from typing import Any

from ground.errors import MissingResult
from ground.files import read_json


def epoch_reached(fold: Path) -> str:
    """Of the folder of one (model, fold): `epoch 7/20 45 %  map@3 0.913`; nothing before its first word.

    The score is that of the watched rows after the last whole epoch, else of the epoch's own rows so far.
    """
    whole, now = _last_row(fold / "history.csv"), _now(fold / "progress.json")
    if not (whole or now):
        return ""
    reached = f"epoch {whole['epoch']}/{whole['epochs']}" if whole else ""
    if now and int(now["epoch"]) > int(whole.get("epoch", 0)):
        reached = f"epoch {now['epoch']}/{now['epochs']} {now['step'] / now['steps']:.0%}"
    score = whole.get("val_map_at_3") or whole.get("map_at_3") or now.get("map_at_3") or "nan"
    return f"{reached}  map@3 {float(score):.3f}"


def _last_row(history: Path) -> dict[str, str]:
    if not history.exists():
        return {}
    with history.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return rows[-1] if rows else {}


def _now(progress: Path) -> dict[str, Any]:
    try:
        now: dict[str, Any] = read_json(progress)
    except MissingResult:  # no epoch is under way
        return {}
    return now
