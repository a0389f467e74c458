"""What is fuzzed: a reader of files, the whole files that it is handed, and the ways in which they are spoiled."""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

from tests.faults.fuzz.archives import spoil

Files = Mapping[str, bytes]  # by path below the reader's folder
Prepare = Callable[[Path], tuple[str, ...]]  # writes whole files; gives the names of those to spoil
Crafted = Iterator[tuple[str, Files]]  # with titles
Kind = Literal["crafted", "built", "mutated"]
CHOICES = 4000  # bytes that decide what hypothesis builds


@dataclass(frozen=True)
class Outcome:
    """What a reader made of a file that it accepted."""

    rows: int
    bad_rows: int = 0  # counted and set aside
    digest: bytes = b""  # of all that was read


@dataclass(frozen=True)
class Input:
    """The files that are not as they were; the first is the one that is read, and that an error has to name."""

    title: str
    files: Files
    resealed: bool = True  # whatever checksums there are fit what was spoiled


@dataclass(frozen=True)
class Reader:
    """One way into the project for files from outside."""

    name: str
    prepare: Prepare
    read: Callable[[Path, str], Outcome]  # reads all there is; AssertionError where what was accepted cannot be right
    crafted: Callable[[Files], Crafted] = lambda whole: iter(())  # by hand, what chance would not find
    built: SearchStrategy[Files] | None = None  # right in form, with whatever a field can be made to hold
    reseal: Callable[[Files, Files], Files] | None = None  # (spoiled, whole): the checksums that a stranger would bring
    has_checksums: bool = False  # what is spoiled and not resealed is refused, or read as what it was
    of_a_folder: bool = False  # an error may name the folder instead of the file
    alone: bool = False  # it loads so many libraries that it has a process to itself
    weight: float = 1.0  # its share of all inputs

    def input(self, whole: Files, kind: Kind, seed: int, number: int) -> Input:
        """The same for the same numbers, whatever came before."""
        rng = random.Random(f"{seed} {self.name} {kind} {number}")
        if kind == "crafted":
            return Input(*next(itertools.islice(self.crafted(whole), number, None)))
        if kind == "built" and self.built is not None:
            return Input("built", _example(self.built, rng))
        return self._mutated(whole, rng)

    def _mutated(self, whole: Files, rng: random.Random) -> Input:
        name = rng.choice(sorted(whole))
        alike = [file for file in sorted(whole) if PurePosixPath(file).suffix == PurePosixPath(name).suffix]
        spoiled, resealed = spoil(rng, name, whole[name], whole[rng.choice(alike)])
        files: Files = {name: spoiled}
        if self.reseal is not None and rng.random() < 0.5:
            files, resealed = {**files, **self.reseal(files, whole)}, True
        return Input(f"{name} spoiled{' and resealed' if resealed else ''}", files, resealed)


def _example(strategy: SearchStrategy[Files], rng: random.Random) -> Files:
    """What hypothesis builds by so many random bytes; without its judgement, which another process gives."""
    found: list[Files] = []

    @settings(database=None)
    @given(strategy)
    def collect(files: Files) -> None:
        found.append(files)

    while not found:  # some bytes lead nowhere
        collect.hypothesis.fuzz_one_input(rng.randbytes(CHOICES))  # type: ignore[attr-defined]
    return found[0]
