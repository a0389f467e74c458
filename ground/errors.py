"""The errors of Doodlestack, one tree.

DoodlestackError            anything that a user can mend; the command line prints it without a traceback
├── BadData                 a file or folder that cannot be read as drawings
│   └── BadDrawing          one row or record of it; carries the file and the line
├── BadSettings             a setting that is unknown, out of range or at odds with another
│   └── UnknownModel        a base model that no file has registered
├── MissingResult           a step was asked for before the step that it builds on
├── RunChanged              the run folder holds results of other settings or other drawings
├── BadOOF                  out-of-fold probabilities that cannot be trusted
│   ├── IncompleteOOF       folds or rows are missing
│   ├── FoldMismatch        another fold rule, or rows in a fold that is not theirs
│   ├── ClassMismatch       another class list, or the same one in another order
│   ├── KeyMismatch         key_ids that are unknown, doubled, swapped or missing
│   ├── NotProbabilities    values that are NaN, negative or not of sum 1 in a row
│   └── DamagedOOF          files that are not what was written
├── BadSubmission           a submission that Kaggle would refuse
├── NotEnoughRoom           disk or memory will not do for what was asked
├── NotWritable             a file or folder that may not be written
├── BrokenDisk              a disk, or the way to it, that failed in reading or writing
└── NotReady                something that stands in the way of a run, found before it began
"""

from pathlib import Path

LONGEST = 3000  # characters of a message; what was received may be megabytes


class DoodlestackError(Exception):
    """Root of the tree. A message says what was expected, what was received and what to do.

    It is shown cut to what a person reads, and nothing in it acts on a terminal, whatever file it quotes.
    """

    def __str__(self) -> str:
        text = super().__str__()
        shown = "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text[:LONGEST])
        return shown if len(text) <= LONGEST else f"{shown} … ({len(text) - LONGEST:,} characters more)"


class BadData(DoodlestackError):
    """A file or folder that cannot be read as drawings."""


class BadDrawing(BadData):
    """One row or record that is not a drawing.

    `file` and `line` say where: lines count from 1, the header being line 1; for files without lines
    (`.bin`), `line` is the record's number, from 1.
    """

    def __init__(self, reason: str, file: Path | str | None = None, line: int | None = None) -> None:
        self.reason, self.file, self.line = reason, file, line
        where = "" if file is None else f"{file}:{line}: " if line is not None else f"{file}: "
        super().__init__(where + reason)


class BadSettings(DoodlestackError):
    """A setting that is unknown, out of range or at odds with another."""


class UnknownModel(BadSettings):
    """A base model that no file has registered."""


class MissingResult(DoodlestackError):
    """A step was asked for before the step that it builds on."""


class RunChanged(DoodlestackError):
    """The run folder holds results of other settings or other drawings."""


class BadOOF(DoodlestackError, ValueError):
    """Out-of-fold probabilities that cannot be trusted; a ValueError too, as scikit-learn's callers expect."""


class IncompleteOOF(BadOOF):
    """Folds or rows are missing."""


class FoldMismatch(BadOOF):
    """Another fold rule, or rows in a fold that is not theirs."""


class ClassMismatch(BadOOF):
    """Another class list, or the same one in another order."""


class KeyMismatch(BadOOF):
    """key_ids that are unknown, doubled, swapped or missing."""


class NotProbabilities(BadOOF):
    """Values that are NaN, negative or not of sum 1 in a row."""


class DamagedOOF(BadOOF):
    """Files that are not what was written."""


class BadSubmission(DoodlestackError):
    """A submission that Kaggle would refuse."""


class NotEnoughRoom(DoodlestackError):
    """Disk or memory will not do for what was asked."""


class NotWritable(DoodlestackError):
    """A file or folder that may not be written."""


class BrokenDisk(DoodlestackError):
    """A disk, or the way to it, that failed in reading or writing."""


class NotReady(DoodlestackError):
    """Something that stands in the way of a run, found before it began."""
