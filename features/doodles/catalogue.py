"""The list of doodles: a class is one decorated function, and nothing else needs to know of it."""

from collections.abc import Callable, Iterable

from features.doodles.figures import Stroke
from features.doodles.taste import Taste
from ground.errors import BadSettings

Recipe = Callable[[Taste], Iterable[Stroke]]

DOODLES: dict[str, Recipe] = {}


def doodle(word: str) -> Callable[[Recipe], Recipe]:
    """Enter a recipe under its class name; raises `BadSettings` when the name is taken."""

    def enter(recipe: Recipe) -> Recipe:
        if word in DOODLES:
            raise BadSettings(
                f"Expected a new class name, received '{word}', which {DOODLES[word].__name__} has taken."
            )
        DOODLES[word] = recipe
        return recipe

    return enter
