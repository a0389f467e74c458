"""The form in which a run keeps probabilities, and the room that this takes, looked for before hours of training."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from base_models.settings import TrainSettings
from features.shards import Shards
from ground.errors import BadSettings, NotEnoughRoom
from oof.folds import fold_of
from oof.forms import form_of
from oof.size import disk_for, memory_for
from oof.store import OOFStore
from pipelines.memory import available_memory
from pipelines.report.numbers import size
from pipelines.room import require_room
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings

MOST_DENSE = 2 * 10**9  # bytes of one model's store that are kept dense by default: 2.9 million rows of 340 classes


def kept_classes(settings: RunSettings, shards: Shards) -> int | None:
    """How many classes of a row this run's stores keep, as `OOFStore.create` takes it; None: all of them."""
    return kept_of(settings, len(shards.classes), len(shards) + settings.folds * len(shards.test()))


def kept_of(settings: RunSettings, classes: int, rows: int) -> int | None:
    """The same of a store of so many rows.

    By `oof.form`, and never fewer than the stack's candidates; "auto" keeps all classes up to 2 GB, and wherever the
    likeliest would take no less.
    """
    keep = _least_kept(settings, classes, settings.oof.keep)
    if settings.oof.form != "auto":
        return keep if settings.oof.form == "topk" else None
    dense, top = (disk_for(form_of(classes, kept), [rows]) for kept in (None, keep))
    return None if dense <= MOST_DENSE or dense <= top else keep


def config_of(settings: RunSettings, model: str, folder: Path) -> dict[str, Any]:
    """What `model`'s store in `folder` is of: as its manifest says, where that lacks only settings that came since."""
    training = settings.train_by_model[model]
    wanted = {"model": model, "seed": settings.seed, "train": training.model_dump(mode="json")}
    if (folder / "manifest.json").exists():
        held = OOFStore(folder).manifest.config
        with suppress(BadSettings):  # of other settings than ours: `OOFStore.create` tells what differs
            now = TrainSettings.of(held.get("train", {})).model_dump(mode="json")
            return held if {**held, "train": now} == wanted else wanted
    return wanted


def require_oof_room(
    run: RunFolder, settings: RunSettings, missing: Sequence[tuple[str, int]], at_once: int = 1
) -> None:
    """Raise `NotEnoughRoom`, with figures and what to do, where these (model, fold) pairs cannot all be kept.

    Disk: for all of them; memory: to hold one fold's predictions for each of the `at_once` that train side by side.
    """
    shards = Shards.open(run.shards)
    rows = np.bincount(fold_of(shards.key_id, settings.folds), minlength=settings.folds)
    parts = [part for _, fold in missing for part in (int(rows[fold]), len(shards.test()))]
    classes, keep = len(shards.classes), kept_classes(settings, shards)
    needed = disk_for(form_of(classes, keep), parts)
    what = f"the probabilities of {len(missing)} folds ({classes if keep is None else keep} classes a row)"
    require_room(run.oof_root, needed, what, _smaller(settings, classes, needed, parts))
    memory, free = memory_for(classes, parts) * min(at_once, len(missing)), available_memory()
    if memory > free:
        raise NotEnoughRoom(
            f"Expected {size(memory)} of free memory to predict {max(parts):,} drawings of {classes} classes, "
            f"{at_once} folds side by side, received {size(free)}. Take fewer --workers."
        )


def _least_kept(settings: RunSettings, classes: int, asked: int) -> int:
    """The stack's candidates must be among what is kept; more than all classes there are not."""
    return min(max(asked, settings.stack.candidates), classes)


def _smaller(settings: RunSettings, classes: int, needed: int, parts: Sequence[int]) -> str:
    """What to do where the disk will not do."""
    least = _least_kept(settings, classes, 3)
    takes = disk_for(form_of(classes, least), parts)
    if takes >= needed:
        return "Choose an --out on a larger disk."
    return f'Keep fewer classes (oof.form="topk" and oof.keep={least} take {size(takes)}), or choose a larger disk.'
