"""Where the stack answers otherwise than a base model, and how often rightly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stacking.columns import Floats, Labels


@dataclass(frozen=True)
class Corrections:
    """First answers of the stack against others, over some of the drawings."""

    name: str  # of the base model or, among the drawings of one class, of the class
    drawings: int
    changed: int  # of these, the first answer is another
    righted: int  # of the changed, it was wrong and is right
    spoiled: int  # of the changed, it was right and is wrong

    @classmethod
    def of(cls, name: str, stack: Labels, other: Labels, labels: Labels) -> "Corrections":
        """From the first answers (n,) of both and the truth (n,)."""
        changed = stack != other
        righted, spoiled = changed & (stack == labels), changed & (other == labels)
        return cls(name, len(labels), int(changed.sum()), int(righted.sum()), int(spoiled.sum()))


def corrections(stack: Floats, by_model: Floats, labels: Labels, models: Sequence[str]) -> Iterator[Corrections]:
    """Of the stack's answers (N, C) against each base model's, (N, M, C) by `models`, and against their agreement."""
    first, firsts = stack.argmax(axis=1), by_model.argmax(axis=2)  # (N,), (N, M)
    for place, name in enumerate(models):
        yield Corrections.of(name, first, firsts[:, place], labels)
    if len(models) > 1:
        alike = (firsts == firsts[:, :1]).all(axis=1)
        yield Corrections.of(f"all {len(models)} where they agree", first[alike], firsts[alike, 0], labels[alike])


def corrections_by_class(stack: Floats, model: Floats, labels: Labels, classes: Sequence[str]) -> list[Corrections]:
    """Of the drawings of each class, against one model (N, C); those with the most gained first."""
    first, other = stack.argmax(axis=1), model.argmax(axis=1)
    rows_of: dict[int, NDArray[np.bool_]] = {label: labels == label for label in np.unique(labels).tolist()}
    found = [Corrections.of(classes[label], first[rows], other[rows], labels[rows]) for label, rows in rows_of.items()]
    return sorted(found, key=lambda each: each.spoiled - each.righted)
