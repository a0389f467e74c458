"""Blend files that are finished: submissions by votes, probabilities by their mean."""

from collections.abc import Sequence
from pathlib import Path

from ground.errors import BadSettings
from stacking.submission_blends import blend_probabilities, blend_submissions
from stacking.submissions import write_submission, write_words

PROBABILITIES = (".npz", ".parquet")


def blend(files: Sequence[Path], out: Path, weights: Sequence[float] | None = None) -> None:
    """Write the submission `out` from submissions (.csv) or from probability files (.npz, .parquet).

    Raises `BadSettings` for both kinds at once, `BadSubmission` for files that are not of the same drawings.
    """
    kinds = {file.suffix in PROBABILITIES for file in files}
    if len(kinds) != 1:
        received = ", ".join(map(str, files)) or "none"
        raise BadSettings(f"Expected submissions (.csv) or probabilities (.npz, .parquet) only, received {received}.")
    if kinds.pop():
        table = blend_probabilities(files, weights)
        write_submission(out, table.key_id, table.probabilities, table.classes)
    else:
        write_words(out, blend_submissions(files, weights))


def parse_weights(text: str) -> list[float]:
    """Numbers with commas between them; raises `BadSettings` for anything else."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadSettings(f"Expected numbers with commas for --weights, such as 2,1; received '{text}'.") from error
