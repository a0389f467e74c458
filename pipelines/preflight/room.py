"""Is there room for the run: the right to write, the disk, the memory?"""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence

import numpy as np

from base_models.registry import model_named
from features.arrow_files import record_batch
from features.csv_export import COLUMNS, LEVEL
from features.formats.kaggle_csv import text_rows
from features.inputs import ModelInput
from features.tfrecord_folders import best_encoding
from ground.errors import NotEnoughRoom, NotWritable
from ground.files import whole_file
from oof.forms import form_of
from oof.size import disk_for
from pipelines.checks import Check
from pipelines.executor import workers_that_fit
from pipelines.memory import Memory
from pipelines.oof_stores import kept_of
from pipelines.preflight.drawings_known import Known
from pipelines.preflight.models import Footprints
from pipelines.report.numbers import size
from pipelines.room import free_bytes
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings

PROBE = ".probe"
TENSORFLOW = 0.5e9  # bytes of memory that a process takes before it trains anything
STATES = 3  # numbers a weight in `model.keras` and `state.npz`: itself and AdamW's two moments
AN_EXAMPLE = 100  # bytes that a tfrecord adds to its content
SUBMITTED = 60  # bytes of a submission's line
AMPLE = 1.25  # times what is needed: less is worth a warning, since all figures are estimates
FAR = 2  # times what is free: more is no error of an estimate

Folds = Mapping[str, Sequence[int]]  # the folds that each model is still to be trained without


def write_check(run: RunFolder) -> Check:
    """Write, sync, rename and remove a file where the run's own will be."""
    folder = next(path for path in (run.root, *run.root.resolve().parents) if path.exists())
    probe = folder / PROBE
    try:
        with whole_file(probe) as temporary:
            temporary.write_bytes(b"doodlestack")
        probe.unlink()
    except (NotWritable, NotEnoughRoom) as error:
        return Check("write", "failure", f"{folder}: {error}", "Choose another --out.")
    there = "" if folder == run.root else " (the run folder will be made in it)"
    return Check("write", "ok", f"{folder}{there}")


def disk_check(run: RunFolder, settings: RunSettings, known: Known, missing: Folds, footprints: Footprints) -> Check:
    """The disk that is free against what the rest of the run will write."""
    needs = {what: count for what, count in disk_needs(run, settings, known, missing, footprints).items() if count}
    needed, free = sum(needs.values()), free_bytes(run.root)
    parts = ", ".join(f"{what} {size(count)}" for what, count in needs.items())
    found = f"{size(free)} free; about {size(needed)} needed{f': {parts}' if parts else ''}"
    if needed > free:
        return Check("disk", "failure", found, "Make room, choose an --out elsewhere, or keep less (oof.form, --feed).")
    if needed * AMPLE > free:
        return Check("disk", "warning", found, "It is little more than enough.")
    return Check("disk", "ok", found)


def disk_needs(
    run: RunFolder, settings: RunSettings, known: Known, missing: Folds, footprints: Footprints
) -> dict[str, int]:
    """Bytes of everything that is still to be written, by what it is, rather too many; of models as far as known."""
    classes, trained = len(known.by_class), sum(len(folds) for folds in missing.values())
    a_fold = known.drawings // settings.folds + 1
    kept = kept_of(settings, classes, known.drawings + settings.folds * known.test)
    answers = len(settings.models) + 2  # files of probabilities: each model's, the geometric mean's, the chosen one's
    weights = {name: 4 * STATES * footprint.parameters for name, footprint in footprints.items()}
    return {
        "shards": 0 if known.counted else _shards(known),
        "models": sum(count * (len(missing[name]) + 1) for name, count in weights.items()),  # a state beside the last
        "probabilities": disk_for(form_of(classes, kept), [a_fold, known.test] * trained),
        "stack": 0 if run.stack.exists() else disk_for(form_of(classes, None), [a_fold] * settings.folds),
        "submissions": 0 if run.submissions.exists() else answers * known.test * (4 * classes + SUBMITTED),
        "feeds": sum(_feed(settings, name, known) for name in footprints),
    }


def memory_check(settings: RunSettings, memory: Memory, footprints: Footprints) -> Check:
    """The memory that is free against what the largest model takes, times the processes that train side by side."""
    takes = {
        name: footprint.training_bytes(settings.train_by_model[name].batch_size)
        for name, footprint in footprints.items()
    }
    if not takes:
        return Check("memory", "note", f"{size(memory.free)} of {memory.place} free; nothing to compare it with")
    largest = max(takes, key=lambda name: takes[name])
    batch = settings.train_by_model[largest].batch_size
    on_gpu = memory.place.startswith("GPU")
    one = takes[largest] + (0 if on_gpu else TENSORFLOW)
    workers = settings.workers or (1 if on_gpu else workers_that_fit())
    found = f"{size(memory.free)} of {memory.place} free; {largest} takes about {size(one)} to train (batch {batch})"
    advice = f"Take a smaller batch (train_by_model.{largest}.batch_size), a smaller model, or fewer --workers."
    if settings.scheduler:
        return Check("memory", "note", f"{found}; what the workers of {settings.scheduler} have is not seen from here")
    if one > FAR * memory.free:
        return Check("memory", "failure", found, advice)
    if one * workers > memory.free:
        return Check("memory", "warning", f"{found}, {workers} side by side {size(one * workers)}", advice)
    return Check("memory", "ok", f"{found}, {workers} side by side {size(one * workers)}")


def _shards(known: Known) -> int:
    """The shards, and the spill that is as large and goes when they are whole."""
    a_drawing = record_batch(known.sample).nbytes / max(len(known.sample), 1)
    return int(2 * a_drawing * (known.drawings + known.test))


def _feed(settings: RunSettings, name: str, known: Known) -> int:
    """The files that a feed reads beside the shards."""
    training = settings.train_by_model[name]
    if training.feed == "textline":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(text_rows(known.sample, tuple(known.by_class), COLUMNS))
        return len(gzip.compress(text.getvalue().encode(), LEVEL)) * known.drawings // max(len(known.sample), 1)
    if training.feed == "tfrecord":
        inputs: ModelInput = model_named(name).inputs_for(training)
        if best_encoding(inputs, augmented=not training.augmentation.is_off) == "raw":
            return known.drawings * (int(np.prod(inputs.shape)) + AN_EXAMPLE)
        return _shards(known) // 2 + known.drawings * AN_EXAMPLE
    return 0
