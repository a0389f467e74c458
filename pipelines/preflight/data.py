"""Are the drawings such that every model can be trained, stacked and submitted?"""

from functools import partial
from pathlib import Path

import numpy as np

from features.bad_rows import allowed
from features.formats import sources
from features.shuffle_plan import REPORT, plan
from oof.manifest import Manifest
from pipelines.checks import Check, unless_refused
from pipelines.preflight.drawings_known import Known
from pipelines.pretrain import drawings_to_learn
from pipelines.report.numbers import percent
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.shuffle import data_folder
from stacking.submissions import LABELS, read_submission

NAMED = 5  # classes that a line names


def data_checks(run: RunFolder, settings: RunSettings, known: Known) -> list[Check]:
    """Of what was found; each compares it with what a later step needs."""
    return [
        unless_refused("data", partial(_data, run, settings, known)),
        unless_refused("classes", partial(_classes, run, settings, known)),
        *([unless_refused("pretraining", partial(_pretraining, run, settings))] if settings.pretrain else []),
        _folds(settings, known),
        unless_refused("submission", partial(_submission, run, settings, known)),
    ]


def _data(run: RunFolder, settings: RunSettings, known: Known) -> Check:
    """Raises `RunChanged` where the data are no longer those that the shards are of."""
    folder, about = data_folder(run, settings), "" if known.counted else "about "
    found = f"{known.where}: {about}{known.drawings:,} drawings, {known.test:,} to predict"
    if known.counted and folder.exists():
        plan(folder, run.shards, seed=settings.seed, bad_share=settings.bad_row_share)  # takes up the finished one
    elif known.counted:
        return Check("data", "note", f"{found}; {folder} is gone, and not needed for the shards")
    if not known.counted and not allowed(known.bad_rows, known.rows, settings.bad_row_share):
        found = f"{found}; {known.bad_rows:,} of {known.rows:,} rows that were looked at are no drawings"
        advice = f"The shuffle stops past {percent(settings.bad_row_share)} (bad_row_share). Mend them, or allow more."
        return Check("data", "warning", found, advice)
    return Check("data", "ok", found)


def _pretraining(run: RunFolder, settings: RunSettings) -> Check:
    """Raises `BadData` where there are no drawings, `RunChanged` where they are others than those that were read."""
    folder = Path(settings.pretrain)
    if (run.pretraining / REPORT).exists():
        if folder.exists():
            plan(folder, run.pretraining, seed=settings.seed, bad_share=settings.bad_row_share)
        return Check("pretraining", "ok", f"{len(drawings_to_learn(run)):,} drawings of {folder} to learn first")
    found = sources(folder)
    return Check("pretraining", "ok", f"{len(found)} files of drawings in {folder} to learn first")


def _classes(run: RunFolder, settings: RunSettings, known: Known) -> Check:
    """Raises `ClassMismatch` where probabilities are there, of other classes."""
    count, drawn = len(known.by_class), sum(drawings > 0 for drawings in known.by_class.values())
    found = f"{count:,}{'' if known.has_all_classes else ' or more'}: {_named(list(known.by_class))}"
    if drawn < 2:
        return Check("classes", "failure", f"{found}; readable drawings of {drawn}", "A classifier needs two or more.")
    if known.test and known.has_all_classes and count < LABELS:
        advice = f"A submission names {LABELS}: add classes, or take the test files away."
        return Check("classes", "failure", found, advice)
    if known.counted:
        for manifest in sorted(run.oof_root.glob("*/manifest.json")):
            Manifest.read(manifest).require(tuple(known.by_class), settings.folds, manifest.parent)
    return Check("classes", "ok", found)


def _folds(settings: RunSettings, known: Known) -> Check:
    """Every fold must hold rows, and every class enough of them to be in each."""
    folds, looked_at = settings.folds, int(known.by_fold.sum())
    least, most = int(known.by_fold.min()), int(known.by_fold.max())
    found = f"{folds} of {least:,} to {most:,} drawings"
    found = found if known.counted else f"{found}, of {looked_at:,} known so far"
    empty = np.flatnonzero(known.by_fold == 0).tolist()
    if empty:
        # Of drawings spread evenly, a fold misses all that were looked at with (1 - 1 / folds) ** looked_at.
        by_chance = (1 - 1 / folds) ** looked_at > 1e-6 and not known.counted
        where = f"{found}; none in {', '.join(map(str, empty))}"
        advice = "A fold is key_id // 10**7 % 100 % folds: give key_ids that spread, more drawings, or fewer folds."
        return Check("folds", "warning" if by_chance else "failure", where, advice)
    few = [name for name, drawings in known.by_class.items() if drawings < folds]
    if few:
        found = f"{found}; classes of fewer drawings than folds: {_named(few)}"
        return Check("folds", "warning", found, "Some models will never see them: leave them out, or take fewer folds.")
    return Check("folds", "ok", found)


def _submission(run: RunFolder, settings: RunSettings, known: Known) -> Check:
    """Raises `BadSubmission` where the sample is none, or for other drawings than the test files."""
    folder = data_folder(run, settings)
    sample = folder / "sample_submission.csv"
    if not known.test and known.test_key_id is not None:
        return Check("submission", "note", "no test drawings, so none will be made")
    if not sample.exists():
        return Check("submission", "note", f"no {sample.name}; it will be compared with the test drawings alone")
    asked = np.unique(read_submission(sample).key_id)
    if known.test_key_id is None:
        why = "is drawn with the doodles" if not settings.data else "is too large to be read here"
        return Check("submission", "note", f"{sample.name}: {len(asked):,} key_ids; the test file {why}")
    missing, unknown = np.setdiff1d(asked, known.test_key_id), np.setdiff1d(known.test_key_id, asked)
    if len(missing) or len(unknown):
        first = f"first {(missing if len(missing) else unknown)[0]}"
        found = f"{sample}: {len(missing):,} key_ids that the test files lack, {len(unknown):,} fewer, {first}"
        return Check("submission", "failure", found, "Kaggle would refuse it: get both files of one competition.")
    return Check("submission", "ok", f"{sample.name}: key_id,word and the {len(asked):,} key_ids of the test files")


def _named(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
