"""Files of drawings, read into `Drawings` and written: Kaggle's CSV, Google's ndjson and `.bin`."""

from collections.abc import Iterator, Sequence

from features.bad_rows import BadRows
from features.classes import MOST_CLASSES, in_order
from features.drawings import Drawings
from features.formats import binary, kaggle_csv, ndjson
from features.formats.sources import Source, sources
from ground.errors import BadData

__all__ = ["Source", "read", "sources", "words"]

READERS = {"csv": kaggle_csv.read, "ndjson": ndjson.read, "bin": binary.read}
ROWS = {"csv": kaggle_csv.read_rows, "ndjson": ndjson.read_rows}


def read(
    source: Source, bad_rows: BadRows, classes: Sequence[str] | None = None, keep_unreadable: bool = False
) -> Iterator[Drawings]:
    """The drawings of one file in its order, block by block in bounded memory; raw ones are reduced.

    With `classes`, each drawing's word must be one of them and gives its label; without, labels are -1.
    Rows that are no drawings go to `bad_rows`; with `keep_unreadable` those of them whose key_id is known become
    empty drawings. Raises `BadData` when the file cannot be read, or none of its rows is a drawing.
    """
    good, bad = 0, bad_rows.bad
    for drawings in READERS[source.format](source, bad_rows, classes, keep_unreadable):
        good += len(drawings)
        yield drawings
    if not good and bad_rows.bad > bad:
        raise BadData(
            f"Expected drawings in {source.name}, received {bad_rows.bad - bad:,} rows of which none is one. "
            f"The reasons are in {bad_rows.file}."
        )


def words(source: Source) -> tuple[str, ...]:
    """The classes of a training file: by its name where its first drawing agrees, else by reading all its words.

    Raises `BadData` when the file cannot be read as its name says, or has more classes than a label can number.
    """
    if source.format == "bin":
        return (source.class_name,)
    found: set[str] = set()
    for rows in ROWS[source.format](source, ("key_id", "drawing", "word")):
        block = rows.words()
        if not found and in_order(block[:1]) == (source.class_name,):
            return (source.class_name,)
        found.update(block)
        if len(found) > MOST_CLASSES:
            raise BadData(
                f"Expected at most {MOST_CLASSES:,} classes, received more in {source.name}: words such as "
                f"{block[0]!r}. Take another column for word."
            )
    return in_order(found)
