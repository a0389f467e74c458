"""How far a training is, from what it writes beside itself."""

from pathlib import Path

from base_models.records import HISTORY, PROGRESS, EpochUnderWay, read_history
from ground.errors import MissingResult


def epoch_reached(fold: Path) -> str:
    """Of the folder of one (model, fold): `epoch 7/20 45 %  map@3 0.913`; nothing before its first word.

    The score is that of the watched rows after the last whole epoch, else of the epoch's own rows so far. Raises
    `BadData` where what it writes is damaged.
    """
    whole, now = _last_row(fold / HISTORY), _now(fold / PROGRESS)
    if whole is None and now is None:
        return ""
    reached, score = "", "nan"
    if whole is not None:
        reached, score = f"epoch {whole['epoch']}/{whole['epochs']}", whole["val_map_at_3"] or whole["map_at_3"]
    if now is not None and (whole is None or now.epoch > int(whole["epoch"])):
        reached = f"epoch {now.epoch}/{now.epochs} {now.step / now.steps:.0%}"
        score = score if whole is not None else str(now.map_at_3)
    return f"{reached}  map@3 {float(score or 'nan'):.3f}"


def _last_row(history: Path) -> dict[str, str] | None:
    return read_history(history)[-1] if history.exists() else None


def _now(progress: Path) -> EpochUnderWay | None:
    try:
        return EpochUnderWay.read(progress)
    except MissingResult:  # no epoch is under way
        return None
