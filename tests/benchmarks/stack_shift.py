"""What it costs that test probabilities are means over folds: `python -m tests.benchmarks.stack_shift`.

A stack learns from probabilities that one network a fold has given, and answers on the mean of all of them, which is
more often right and less sure. Here (`stack_rows` says how rows are drawn) each method is fitted once, and answers the
same test rows in several forms.
"""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from ground.threads import threads
from oof.scores import average_precision_at_3, paired_bootstrap
from stacking.columns import Floats, join_columns
from stacking.methods import methods
from stacking.shift import answer_by_fold
from stacking.stacker import Stacker
from tests.benchmarks.options import Json, Seed, run
from tests.benchmarks.stack_entropy import entropy_matched
from tests.benchmarks.stack_rows import Rows, World
from tests.benchmarks.table import Row, publish

METHODS = ("geometric", "weighted", "linear", "lambdarank", "xendcg", "binary")
AS_IT_IS = "mean over folds"


def columns(rows: Rows) -> Floats:
    """(n, M * C + F)."""
    return join_columns(list(rows.probabilities.swapaxes(0, 1)), rows.statistics)


def answers(stack: Stacker, fitted: Floats, world: World, by_fold: Sequence[Rows], mean: Rows) -> dict[str, Floats]:
    """What a fitted stack answers to each form of the same test rows; `fitted` are the columns it was fitted on."""
    test = columns(mean)
    matched = entropy_matched(test, fitted, world.models, world.classes)
    return {
        AS_IT_IS: stack.predict_proba(test),
        "mean over folds, entropy matched": stack.predict_proba(matched),
        "stacked fold by fold, then the mean": answer_by_fold(stack, map(columns, by_fold)),
        "one fold's models alone": stack.predict_proba(columns(by_fold[0])),
    }


def measure(world: World, rows: int, test_rows: int, seed: int) -> list[Row]:
    """Each method's MAP@3 on test rows as they are, and how far the other forms are ahead."""
    parts = [world.oof(fold, 0, rows // world.folds) for fold in range(world.folds)]
    X, y = np.concatenate([columns(part) for part in parts]), np.concatenate([part.label for part in parts])  # noqa: N806
    by_fold, mean = world.test_by_fold(0, test_rows), world.test(0, test_rows)
    names = [f"model_{model}" for model in range(world.models)]
    found = []
    for name in METHODS:
        every = methods(names, world.classes, multiclass=False, threads=threads(), seed=seed)
        stack = every[name].fit(X, y)
        forms = answers(stack, X, world, by_fold, mean)
        found += compared(name, {form: average_precision_at_3(answer, mean.label) for form, answer in forms.items()})
    return found


def compared(name: str, precision: dict[str, NDArray[np.float64]]) -> list[Row]:
    """A method's rows from its average precision on each form (n,)."""
    first = precision.pop(AS_IT_IS)
    rows = [Row(f"{name}: {AS_IT_IS}", float(first.mean()), "MAP@3")]
    for form, other in precision.items():
        gain, low, high = paired_bootstrap(other, first)
        rows.append(Row(f"{name}: {form}, ahead by (95 % {low:+.4f} – {high:+.4f})", gain, "MAP@3"))
    return rows


def main(
    rows: Annotated[int, typer.Option(min=50, help="Rows to fit on.")] = 10_000,
    test_rows: Annotated[int, typer.Option(min=10, help="Rows to answer.")] = 20_000,
    classes: Annotated[int, typer.Option(min=4, help="Classes.")] = 100,
    models: Annotated[int, typer.Option(min=1, help="Base models.")] = 3,
    folds: Annotated[int, typer.Option(min=2, help="Folds, so networks a model.")] = 5,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """MAP@3 of each method on test rows in several forms."""
    publish({"test-time shift": measure(World(classes, models, folds=folds, seed=seed), rows, test_rows, seed)}, json)


if __name__ == "__main__":
    run(main)
