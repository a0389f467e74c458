"""Finding the files of drawings in a folder, and opening them, also straight out of a zip."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Literal, get_args

from features.formats.unpacking import unpacked, zip_members
from ground.errors import BadData, MissingResult

Format = Literal["csv", "ndjson", "bin"]
Form = Literal["simplified", "raw", "unknown"]  # unknown: the strokes of its first drawing decide
Split = Literal["train", "test"]

FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".ndjson": "ndjson",
    ".ndjson.gz": "ndjson",
    ".bin": "bin",
}
PREFIXES = ("full_simplified_", "full_raw_", "full_binary_")  # of Google's own file names
BINARY_FORM: Form = "simplified"  # Google publishes `.bin` of simplified drawings only
SAMPLED = 1 << 16  # bytes at either end of a file that its fingerprint covers


@dataclass(frozen=True)
class Source:
    """One file of drawings, or one member of a zip."""

    path: str
    member: str | None  # inside the zip `path`
    format: Format
    form: Form
    split: Split
    size: int  # bytes; of a member, unpacked

    @property
    def name(self) -> str:
        """What messages call it: the path, and after it the member of a zip."""
        return self.path if self.member is None else f"{self.path}/{self.member}"

    @property
    def class_name(self) -> str:
        """The class that its file name gives: `full_simplified_hot dog.ndjson` and `hot_dog.bin` hold hot dogs."""
        stem = _file_name(self.name).removesuffix(_suffix(self.name))
        for prefix in PREFIXES:
            stem = stem.removeprefix(prefix)
        return stem.replace("_", " ")

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """The unpacked bytes; raises `BadData` where the file, gzip or zip is damaged or a bomb."""
        return unpacked(Path(self.path), self.member, self.name)

    def fingerprint(self) -> str:
        """Changes with the file: its size and both its ends, or a zip's own checksum of the member."""
        if self.member is not None:
            checksums = {info.filename: info.CRC for info in zip_members(Path(self.path))}
            return f"{self.size} {checksums[self.member]:08x}"
        with open(self.path, "rb") as file:
            head = file.read(SAMPLED)
            file.seek(max(0, self.size - SAMPLED))
            return f"{self.size} {sha256(head + file.read(SAMPLED)).hexdigest()}"


def sources(data: Path) -> list[Source]:
    """The files of drawings in a folder and below it, or in a single file or zip, in the order of their names.

    Taken are `.csv`, `.ndjson` (both also `.gz`), `.bin` and such members of `.zip`; sample submissions and hidden
    files are not. Files and folders named test… hold the test drawings; `raw` as a word of a file's or folder's
    name says raw strokes, `simplified` says simplified ones. Raises `BadData` when there is none, or where several
    folders hold test drawings of one form: then `data` is a folder of sets, not a set.
    """
    if not data.exists():
        raise MissingResult(f"Expected drawings at {data}, received no such file or folder.")
    files = sorted(data.rglob("*")) if data.is_dir() else [data]
    root = data if data.is_dir() else data.parent
    found = [source for file in files if file.is_file() for source in _in_file(file, root)]
    if not found:
        raise BadData(f"Expected drawings ({', '.join(FORMATS)} or .zip of them) in {data}, received none.")
    _require_one_test_set(data, found)
    return found


def _require_one_test_set(data: Path, found: list[Source]) -> None:
    for form in get_args(Form):
        tests = [source for source in found if source.split == "test" and source.form == form]
        folders = sorted({str(Path(source.path).parent) for source in tests})
        if len(folders) > 1:
            raise BadData(
                f"Expected one set of drawings below {data}, received test drawings in {', '.join(folders)}. "
                "Name one of these folders."
            )


def _in_file(file: Path, root: Path) -> list[Source]:
    inside = file.relative_to(root).as_posix()
    if file.suffix.lower() == ".zip":
        members = zip_members(file)
        # the zip's own name counts as a folder: Kaggle's train_raw.zip holds cat.csv
        found = [_source(file, info.filename, f"{inside[:-4]}/{info.filename}", info.file_size) for info in members]
        return [source for source in found if source is not None]
    source = _source(file, None, inside, file.stat().st_size)
    return [] if source is None else [source]


def _source(file: Path, member: str | None, inside: str, size: int) -> Source | None:
    """`inside` is the path below the folder of data: what stands above it says nothing."""
    name, suffix = _file_name(inside), _suffix(inside)
    hidden = any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(inside).parts)
    if suffix.lower() not in FORMATS or hidden or name.startswith("sample_submission"):
        return None
    if not inside.isprintable():  # it would be written to terminals and into JSON
        raise BadData(f"Expected file names of letters and signs in {file}, received {inside!r}. Rename it.")
    return Source(
        path=str(file),
        member=member,
        format=FORMATS[suffix.lower()],
        form=BINARY_FORM if FORMATS[suffix.lower()] == "bin" else _form(inside),
        split="test" if any(words[0] == "test" for words in _words(inside)) else "train",
        size=size,
    )


def _form(inside: str) -> Form:
    for words in reversed(_words(inside)):  # the nearest name decides
        if "raw" in words:
            return "raw"
        if "simplified" in words:
            return "simplified"
    return "unknown"


def _words(inside: str) -> list[list[str]]:
    """The words of each folder's and the file's name; "quickdraw" has no word "raw", "test tube" no word "test"."""
    return [re.split(r"[_.-]", part.lower()) for part in PurePosixPath(inside).parts]


def _file_name(name: str) -> str:
    return PurePosixPath(name).name


def _suffix(name: str) -> str:
    """The known suffix that a name ends with, as it is written there; empty where there is none."""
    suffix = next((suffix for suffix in FORMATS if name.lower().endswith(suffix)), "")
    return name[len(name) - len(suffix) :]
