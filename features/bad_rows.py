"""Rows that are not drawings: counted, set aside in a file, and past a share the reading stops."""

import csv
import shutil
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from ground.errors import BadData
from ground.files import whole_file

COLUMNS = ("file", "line", "reason", "row")
SHOWN = 120  # characters of a bad row that are kept: enough to find it, and a file of junk stays small
AT_ONCE = 10_000  # bad rows that are set aside before the share is looked at: a file of junk is refused in a moment
LEAST_ROWS = 1000  # the share is taken of at least so many rows, so one bad row does not end a small file


class BadRows:
    """Collects what a reader could not take as a drawing, in the CSV file `file`.

    Reading goes on while the bad rows are at most `share` of the rows seen so far, or of 1,000 rows while
    fewer were seen; then `BadData` is raised. A share of 0 stops at the first bad row, 1 never.
    The file (columns file, line, reason, row) appears with the first bad row; an earlier one is removed.
    """

    def __init__(self, file: Path, share: float = 0.01) -> None:
        self.file, self.share = file, share
        self.bad, self.rows = 0, 0
        file.unlink(missing_ok=True)

    def saw(self, rows: int) -> None:
        """Count rows that were read, good or bad; call it before `add` for the same rows."""
        self.rows += rows

    def add(self, file: str, found: Iterable[tuple[int | None, str, str]]) -> None:
        """Set aside the (line, reason, row) triples of `file`; raises `BadData` past the share."""
        rows = iter(found)
        while lines := [(file, line, reason, _shown(row)) for line, reason, row in islice(rows, AT_ONCE)]:
            self._append(lines)
            self.bad += len(lines)
            if not allowed(self.bad, self.rows, self.share):
                place = f"{file}:{lines[0][1]}" if lines[0][1] is not None else file
                raise BadData(
                    f"Expected at most {self.share:.1%} bad rows, received {self.bad:,} in {self.rows:,}; the last "
                    f"from {place} ({lines[0][2]}). They are in {self.file}. Mend them, or allow more bad rows."
                )

    def _append(self, lines: list[tuple[str, int | None, str, str]]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            if not self.bad:
                writer.writerow(COLUMNS)
            writer.writerows(lines)


def allowed(bad: int, rows: int, share: float) -> bool:
    """Whether `bad` of `rows` rows may be bad."""
    return bad <= share * max(rows, LEAST_ROWS)


def merge(files: Iterable[Path], into: Path) -> None:
    """Join files of bad rows into one; writes none when there is nothing to join."""
    files = list(files)
    if not files:
        into.unlink(missing_ok=True)
        return
    with whole_file(into) as temporary, temporary.open("wb") as out:
        out.write((",".join(COLUMNS) + "\r\n").encode())
        for file in files:
            with file.open("rb") as lines:
                lines.readline()
                shutil.copyfileobj(lines, out)


def _shown(row: str) -> str:
    """The beginning of a row on one line, nothing in it that a terminal would act on."""
    shown = row.rstrip("\r\n")[:SHOWN]
    return shown if shown.isprintable() else "".join(sign if sign.isprintable() else "�" for sign in shown)
