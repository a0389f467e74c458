"""Verify the out-of-fold stores of a run, and tell everything that is wrong with them."""

from collections.abc import Sequence

import numpy as np
from rich.console import Console

from features.shards import Shards
from ground.errors import BadOOF
from oof.audit import store_problems
from oof.manifest import Manifest
from oof.rows import row_blocks
from oof.scores import average_precision_at_3
from oof.store import OOFStore
from pipelines.progress import console
from pipelines.report.numbers import score
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings


def check_stores(run: RunFolder, settings: RunSettings, models: Sequence[str] = ()) -> None:
    """Print a line for each store that is whole, and every problem of those that are not.

    Of `models`, or of all that the stack would take. Raises `BadOOF` after the last one where there were problems.
    """
    shards = Shards.open(run.shards)
    held = (shards.key_id, shards.classes, settings.folds, shards.test().key_id)
    found = {model: list(store_problems(run.oof(model), *held)) for model in models or _all_stores(run, settings)}
    answers = Console(highlight=False, markup=False, soft_wrap=True)
    for model, problems in found.items():
        for problem in problems:
            console.print(f"{model}: {problem}", style="red", markup=False, soft_wrap=True)
        if not problems:
            answers.print(f"{model}: whole, {len(shards):,} drawings, {_scores(OOFStore(run.oof(model)), shards)}")
    if bad := [model for model, problems in found.items() if problems]:
        raise BadOOF(
            f"Expected whole stores in {run.oof_root}, received {sum(map(len, found.values()))} problems in "
            f"{', '.join(bad)}. Mend what is named above, then check again."
        )


def _all_stores(run: RunFolder, settings: RunSettings) -> list[str]:
    """The run's own models, then the stores that were imported; with them those whose manifest cannot tell."""
    names = [path.parent.name for path in sorted(run.oof_root.glob("*/manifest.json"))]
    return [*settings.models, *(name for name in names if name not in settings.models and _was_imported(run, name))]


def _was_imported(run: RunFolder, name: str) -> bool:
    try:
        return "imported" in Manifest.read(run.oof(name) / "manifest.json").config
    except BadOOF:
        return True


def _scores(store: OOFStore, shards: Shards) -> str:
    """Accuracy and MAP@3, taken a block of rows at a time."""
    precisions = np.empty(len(shards))
    for rows in row_blocks(len(shards)):
        probabilities = store.read(shards.key_id[rows])
        precisions[rows] = average_precision_at_3(probabilities, shards.label[rows].astype(np.int64))
    tested = "" if not store.missing_test else "  no test probabilities"
    return f"accuracy {score(float((precisions == 1).mean()))}  map@3 {score(float(precisions.mean()))}{tested}"
