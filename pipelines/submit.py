"""The test set's answers: by the chosen method, by the geometric mean, by each base model."""

import shutil

import numpy as np

from features.shards import Shards
from ground.errors import MissingResult
from ground.files import whole_folder
from oof.exchange import ProbabilityTable
from oof.store import OOFStore
from pipelines.alone import alone_at
from pipelines.balancing import balanced_answers
from pipelines.progress import console
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores
from pipelines.settings import RunSettings
from pipelines.shuffle import data_folder
from pipelines.stack_rows import COLUMNS, AskedRows
from stacking.methods import load_method, methods
from stacking.stacker import Stacker
from stacking.submissions import check_submission, write_labels, write_submission


def submit(run: RunFolder, settings: RunSettings) -> None:
    """Write `submissions/<method>.csv`, the probabilities as `.npz`, and the chosen method's as `submission.csv`.

    Each is checked as Kaggle would, against `sample_submission.csv` where the data has it. Without test drawings
    there is nothing to do, which is said. With `submission.balance`, `submission.csv` is the chosen method's answer
    for a test set of equally many drawings of each class. Raises `MissingResult` before the stack, `IncompleteOOF`
    where a model has not predicted the test set, `BadSettings` where balancing has no ground.
    """
    with alone_at(run, "submission"):
        if not run.submissions.exists():
            _submit(run, settings)


def _submit(run: RunFolder, settings: RunSettings) -> None:
    if not run.stack.exists():
        raise MissingResult(
            f"Expected a stack in {run.stack}, there is none. Run `doodlestack stack --run {run.root}`."
        )
    shards = Shards.open(run.shards)
    test = shards.test()
    if not len(test):
        console.print("no test drawings in the data, so no submission")
        return
    scores = Scores.read(run)
    names = list(scores.inputs)
    rows = AskedRows([OOFStore(run.oof(name)) for name in names], test)
    sample = data_folder(run, settings) / "sample_submission.csv"
    with whole_folder(run.submissions) as folder:
        for method, estimator in _methods(run, scores.chosen, names, len(shards.classes)).items():
            probabilities = rows.answers(estimator)  # (n, C)
            path = folder / f"{method}.csv"
            write_submission(path, test.key_id, probabilities, shards.classes)
            check_submission(path, test.key_id, shards.classes, sample if sample.exists() else None)
            ProbabilityTable(test.key_id, shards.classes, probabilities).write(folder / f"{method}.npz")
        final, balance = folder / f"{scores.chosen}.csv", settings.submission.balance
        if balance != "off":
            chosen = ProbabilityTable.read(final.with_suffix(".npz")).probabilities
            final = folder / f"{scores.chosen}_{balance}.csv"
            best = balanced_answers(run, settings, balance, shards, names, chosen)  # (n, 3)
            write_labels(final, test.key_id, best, shards.classes)
            check_submission(final, test.key_id, shards.classes, sample if sample.exists() else None)
        shutil.copyfile(final, folder / run.submission.name)


def _methods(run: RunFolder, chosen: str, models: list[str], classes: int) -> dict[str, Stacker]:
    """Fitted: the base models, their geometric mean and the chosen method."""
    every = methods(models, classes, multiclass=False)
    row = np.full((1, len(models) * classes + len(COLUMNS)), 1 / classes, np.float32)
    plain = {name: every[name].fit(row, [0]) for name in (*models, "geometric")}  # a formula: any row fits it
    return {**plain, chosen: load_method(run.stack / "method")}
