"""What a finished run tells: the table, the score where the answers are known, and where its files are."""

from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from ground.errors import BadData
from oof.scores import interval
from pipelines.report.numbers import score
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores
from pipelines.scores_table import scores_table
from pipelines.settings import RunSettings
from pipelines.shuffle import data_folder
from stacking.submissions import read_submission

ANSWERS = "test_labels.tsv"  # key_id and word; the embedded doodles bring it, no step reads it as data
PLACES = 1 / np.arange(1, 4)  # the precision of a right answer in the first, second and third place


def show_summary(run: RunFolder, settings: RunSettings) -> None:
    """Print the table, the submission's score where the data brings the answers, and the paths."""
    console = Console(highlight=False)
    scores = Scores.read(run)
    console.print(scores_table(scores))
    console.print(scores.reason, soft_wrap=True)
    answers = data_folder(run, settings) / ANSWERS
    if run.submission.exists() and answers.exists():
        value, low, high = score_submission(run.submission, answers)
        console.print(f"The submission's MAP@3 on {answers.name}: {score(value)} ({score(low)} – {score(high)})")
    for path in (run.submission, run.report, run.settings):
        if path.exists():
            console.print(f"  {path}", soft_wrap=True)


def score_submission(submission: Path, answers: Path) -> tuple[float, float, float]:
    """MAP@3 of a submission against the answers, and its 95 % interval.

    Raises `BadData` where the answers are not of the submission's drawings.
    """
    given = read_submission(submission)
    true = _words(answers)
    if set(true.index) != set(given.key_id.tolist()):
        raise BadData(f"Expected answers to the {len(given.key_id):,} drawings of {submission} in {answers}, not so.")
    precision = (given.words == true.reindex(given.key_id).to_numpy()[:, None]) @ PLACES  # (N,)
    return float(precision.mean()), *interval(precision)


def _words(answers: Path) -> "pd.Series[str]":
    """The true class of each drawing, by key_id."""
    try:
        table = pd.read_csv(answers, sep="\t", dtype={"key_id": "int64", "word": "str"})
        key_id, words = table["key_id"], table["word"]
    except (OSError, ValueError, KeyError) as error:
        raise BadData(
            f"Expected a key_id and a word a line in {answers}, received something else ({error}). Delete it: the "
            "score of the submission is then left out."
        ) from error
    if twice := key_id[key_id.duplicated()].tolist():
        raise BadData(f"Expected each key_id once in {answers}, received {twice[0]} twice. Delete one of them.")
    return pd.Series(words.to_numpy(), index=key_id)
