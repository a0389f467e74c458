"""What one person decides while drawing one doodle."""

from random import Random
from typing import TypeVar

Choice = TypeVar("Choice")


class Taste:
    """Small decisions that a seed fixes: how wide, how many, with or without."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`, all alike likely."""
        return low + (high - low) * self._random.random()

    def near(self, value: float, spread: float) -> float:
        """A number within `spread` of `value`, the nearer the likelier."""
        return value + spread * (self._random.random() + self._random.random() - 1)

    def count(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return low + int((high - low + 1) * self._random.random())

    def likes(self, chance: float) -> bool:
        """Yes, in the share `chance` of cases."""
        return self._random.random() < chance

    def one_of(self, *choices: Choice) -> Choice:
        """One of the choices, all alike likely."""
        return choices[int(len(choices) * self._random.random())]

    def in_any_order(self, things: list[Choice]) -> list[Choice]:
        """The same things shuffled."""
        return self._random.sample(things, len(things))
